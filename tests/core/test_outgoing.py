"""What goes out is worded for who reads it now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOW, D, H, renewal_facts
from watcher.facts.accounts import ProjectId
from watcher.messages.clauses import follows, to_keep, why
from watcher.messages.events import AttemptFacts, Event, EventKind
from watcher.messages.outgoing import presented, without_secrets
from watcher.texts.secret import Secret
from watcher.texts.striking import Strikeout

ACME = ProjectId("prj_acme")
TEXT = (
    "@latte will be released in 1 d; no post for 34 d; to keep it: lease-watcher hold sa_latte; will halt: 24"
)
ANNOUNCED = Event(
    kind=EventKind.RELEASE_ANNOUNCED,
    key="n",
    at=NOW,
    what="@latte will be released in 1 d",
    clauses=(why("no post for 34 d"), to_keep("lease-watcher hold sa_latte"), follows("will halt: 24")),
    project=ACME,
)


def shown(event: Event = ANNOUNCED, *, url: str | None = None, later: timedelta = timedelta()) -> Event:
    return presented(event, names={ACME: "acme"}, keep_url=url, now=NOW + later)


def test_a_project_is_called_by_its_name() -> None:
    assert shown() == replace(ANNOUNCED, project_name="acme")
    assert shown().shown_project == "acme"
    assert shown(replace(ANNOUNCED, project=ProjectId("prj_other"))).shown_project == "prj_other"
    assert shown(replace(ANNOUNCED, project=None)).shown_project == ""


def test_whose_a_project_is_goes_out_with_it() -> None:
    owned = presented(ANNOUNCED, names={}, owners={ACME: "Ann"}, keep_url=None, now=NOW)
    assert (owned.owner, shown().owner) == ("Ann", None)


def test_a_link_stands_where_no_channel_cuts_it_off() -> None:
    event = shown(url="https://w.example/keep/t")
    assert event.text == (
        "@latte will be released in 1 d; to keep it: https://w.example/keep/t; no post for 34 d; "
        "will halt: 24"
    )
    assert event.plain_facts() == {"keep_url": "https://w.example/keep/t"}


@pytest.mark.parametrize(
    ("later", "says"),
    [(H - timedelta(seconds=1), ""), (H, " (written 1 h ago)"), (2 * D, " (written 2 d ago)")],
)
def test_what_waited_says_how_old_it_is(later: timedelta, says: str) -> None:
    assert shown(later=later).text == TEXT + says


def test_what_says_only_what_happened_and_waited_says_how_old_that_is() -> None:
    event = replace(ANNOUNCED, clauses=())
    assert shown(event, later=2 * D).text == "@latte will be released in 1 d (written 2 d ago)"


SECRET = "lp_live_4QZpN-never-shown"
HIDDEN = Strikeout([Secret(SECRET)])


def test_what_holds_no_secret_goes_out_as_it_is() -> None:
    facts = AttemptFacts(verified=True, policy="standard")
    for event in (ANNOUNCED, replace(ANNOUNCED, facts=facts, handle="latte", platform="tiktok")):
        assert without_secrets(event, HIDDEN) == event


def test_a_secret_is_struck_out_of_every_word_of_others_and_of_nothing_that_identifies() -> None:
    told = Event(
        kind=EventKind.RENEWAL_WARNING,
        key=f"w:{SECRET}",
        at=NOW,
        what=f"@{SECRET} renews",
        clauses=(why(f"said {SECRET}"), follows("it is paid")),
        project=ACME,
        handle=SECRET,
        platform=f"on {SECRET}",
        facts=renewal_facts(policy=SECRET),
    )
    assert without_secrets(told, HIDDEN) == replace(
        told,
        what="@*** renews",
        clauses=(why("said ***"), follows("it is paid")),
        handle="***",
        platform="on ***",
        facts=renewal_facts(policy="***"),
    )
