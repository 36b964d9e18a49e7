"""The posts of the demo's fleet, read through the client from the sandbox."""

import pytest

from tests.adapters.layers.stage import NOW, SECRET, Stage, staged
from watcher import sandbox
from watcher.adapters.evidence.posts import PostsSource
from watcher.facts.activity import Activity, Inquiry, Seen, Unknown, Use, WhyUnknown
from watcher.sandbox import Key
from watcher.sandbox.fleets import mixed_fleet as demo


def ask(stage: Stage, project: str) -> dict[str, Activity]:
    accounts = stage.reader.leased(project).accounts
    inquiries = [
        Inquiry(account=account, recent=account.renews_at - account.renews_at, complete=False)
        for account in accounts
    ]
    found = PostsSource(reader=stage.reader).read(project, inquiries, shown_before=False, now=NOW)
    return dict(found.activity)


def test_the_demo_fleet_is_understood_in_one_request_a_project():
    with staged(sandbox.fleets.mixed(NOW)) as stage:
        acme, northwind, lumen = (
            ask(stage, project) for project in (demo.ACME_COFFEE, demo.NORTHWIND_TRAVEL, demo.LUMEN_FITNESS)
        )
        assert len(stage.server.log.select(path="scheduled-posts")) == 3
    used = {id_: said.what for id_, said in (acme | northwind).items() if isinstance(said, Seen)}
    assert used[demo.ESPRESSO_NOTES] is Use.PUBLISHED_POST
    assert used[demo.BEANS_AND_BREW] is Use.ASSIGNMENT
    assert used[demo.CAFE_HOPPER] is Use.QUEUED_POST
    assert used[demo.SLOW_TRAINS] is Use.DRAFT_POST
    assert used[demo.ISLAND_DAYS] is Use.FAILED_ATTEMPT
    assert (NOW - acme[demo.LATTE_ART_LAB].at).days in (39, 40)
    assert set(lumen.values()) == {Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)}


def test_a_key_without_the_scope_sees_nothing_and_says_so():
    key = Key(secret=SECRET, scopes=("leased:write",))
    with staged(sandbox.fleets.mixed(NOW), key=key) as stage:
        assert set(ask(stage, demo.ACME_COFFEE).values()) == {Unknown(why=WhyUnknown.MISSING_SCOPE)}


@pytest.mark.parametrize(
    "fault",
    [
        sandbox.ServerError(path="scheduled-posts"),
        sandbox.Html(path="scheduled-posts", status=200),
        sandbox.Truncated(path="scheduled-posts"),
        sandbox.PageLoop(path="scheduled-posts"),
    ],
)
def test_an_unreadable_answer_is_unknown(fault):
    with staged(sandbox.fleets.mixed(NOW), fault) as stage:
        said = ask(stage, demo.LUMEN_FITNESS)
        assert set(said.values()) == {Unknown(why=WhyUnknown.UNREADABLE)}
