"""A policy that matches by health, as people meet it: in `check`, `audit`, `explain`, and days ahead."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.cli.desk import Desk
from tests.cli.test_simulate import outset_of, settings_of
from watcher.record.outcomes import Cause
from watcher.sandbox import DEFAULT_KEY, Health, ServerError
from watcher.sandbox.fleets.mixed_fleet import LATTE_ART_LAB, MOUNTAIN_HUTS
from watcher.wiring.simulation import Scenario, play

SHADOW = """\
[policies.shadow]
match = { health = ["shadowbanned"] }
release = { when = "idle" }
"""


@pytest.fixture
def desk(at_desk: Desk) -> Desk:
    """Every project's accounts are tried by `shadow` first; `@latte.art.lab` is shadow-banned."""
    text = (at_desk.folder / "lease-watcher.toml").read_text(encoding="utf-8")
    lines = []
    for line in text.splitlines():
        lines.append(line)
        if line.startswith("[projects."):
            lines.append('policy = ["shadow", "standard"]')
    at_desk.configure("\n".join([*lines, SHADOW]))
    banned = Health(score=3, tier="shadowbanned")
    at_desk.sandbox.edit(lambda world: world.with_changed_account(LATTE_ART_LAB, health=banned))
    return at_desk


def told(text: str) -> str:
    return " ".join(text.split())


def test_a_wrong_word_is_told_with_the_nearest_and_a_key_without_the_scope_is_found(desk: Desk) -> None:
    said = told(desk.run("check", "--online").out)
    assert "policy shadow releases what was unused for" in said
    assert "matches by health: a request each half hour for every account that it may govern" in said
    assert "says which policy governs 11 accounts near the renewal, so many requests each half hour" in said
    assert "social:read" not in said
    assert "projects that are found" not in said
    key = replace(DEFAULT_KEY, scopes=("leased:write", "projects:read", "publish:read"))
    desk.sandbox.edit(lambda world: world.with_key(key))
    said = told(desk.run("check", "--online").out)
    assert "the key lacks the scope social:read: no health can be seen, so nothing is released by" in said
    desk.reconfigure('"shadowbanned"', '"shadow-banned"')
    wrong = desk.run("check")
    assert wrong.code == 78
    assert "must be one of: shadowbanned, new, cold, warming_up, warm, hot" in wrong.told
    assert "did you mean shadowbanned?" in wrong.told


def test_of_projects_that_are_found_nobody_says_that_nobody_is_near(at_desk: Desk) -> None:
    """It said that no account is near its renewal, where no project was configured and eleven were."""
    found = '[discovery]\nenabled = true\npolicy = ["shadow", "standard"]\n'
    api = f'[api]\nbase_url = "{at_desk.url}"\n'
    at_desk.configure(f"{api}{found}{SHADOW}[policies.standard]\n")
    said = told(at_desk.run("check", "--online").out)
    assert "near its renewal; projects that are found are not counted" in said


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (
            LATTE_ART_LAB,
            ("✓ The policy shadow governs it, as its health is shadow-banned.", "health: shadow-"),
        ),
        ("@morning.grind", ("✓ The policy standard governs it, and its health is warm.", "health: warm.")),
        (
            MOUNTAIN_HUTS,
            (
                "✗ Which of shadow and standard governs it is not asked yet: its health says that",
                "✗ That it is known which policy governs it; what follows is by shadow.",
                "✓ The policy shadow would release accounts that were not used for 21 d.",
                "health: not asked for yet: only once a policy that may govern it would do something.",
                "Nothing yet: its health is asked for when one of the policies would do something.",
            ),
        ),
    ],
)
def test_explain_says_which_health_was_read_and_what_it_governs(
    desk: Desk, account: str, words: tuple[str, ...]
) -> None:
    said = desk.run("explain", account)
    assert (said.code, [one for one in words if one not in told(said.out)]) == (0, [])


def test_explain_says_what_would_tell_which_policy_governs(desk: Desk) -> None:
    desk.sandbox.add_fault(ServerError(path="/health$"))
    said = told(desk.run("explain", LATTE_ART_LAB).out)
    assert "✗ Which of shadow and standard governs it cannot be told: its health is unknown" in said
    assert "The next turn asks again; until its health is known no policy governs it." in said
    desk.sandbox.clear_faults()
    key = replace(DEFAULT_KEY, scopes=("leased:write", "projects:read", "publish:read"))
    desk.sandbox.edit(lambda world: world.with_key(key))
    said = told(desk.run("explain", LATTE_ART_LAB).out)
    assert "The key must have the scope social:read, or no policy before the one that is to govern it" in said


def test_an_audit_says_it_at_80_columns_and_to_machines(desk: Desk) -> None:
    desk.sandbox.add_fault(ServerError(path=f"{LATTE_ART_LAB}/health$"))
    said = desk.run("audit", wide=80)
    assert said.code == 75
    assert "cannot tell its policy: health unknown (it could not be read)" in told(said.out)
    assert "its policy depends on its health, asked later" in told(said.out)
    assert max(map(len, said.out.splitlines())) <= 80
    rows = json.loads(desk.run("audit", "--format", "json").out)["accounts"]
    healths = {row["id"]: row["health"] for row in rows}
    assert healths[LATTE_ART_LAB] == {"tier": None, "why": "unreadable"}
    assert healths[MOUNTAIN_HUTS] == {"tier": None, "why": "not_asked"}
    assert {"tier": "warm", "why": None} in healths.values()


def test_what_is_unused_and_not_asked_yet_is_forecast_as_unused_and_so_called(desk: Desk) -> None:
    """`@mountain.huts` renews in 24 days: nobody knows its health by then."""
    said = told(desk.run("forecast", "--days", "30").out)
    assert "Of what is unused 1 renewal, $150.00, may be released all the same: by which policy" in said


def _text(desk: Desk) -> str:
    return (desk.folder / "lease-watcher.toml").read_text(encoding="utf-8")


def test_ahead_nothing_is_released_by_a_health_that_nobody_knows(desk: Desk) -> None:
    """It is paid, and counted as what it is; no brake goes on for doubt that is none of today's."""
    scenario = Scenario(settings=settings_of(desk), days=4, enforced=True)
    found = play(scenario, outset_of(desk))
    assert found.released == ()
    (assumed,) = (one for one in found.assumed if "which policy governs" in one)
    assert assumed.startswith(
        "nothing is released where only its health says which policy governs an account"
    )
    assert not [one for one in desk.sandbox.log.entries if one.path.endswith("/health")]
    story = json.dumps([str(one) for one in found.story], default=str)
    assert "activity.unknown" not in story
    assert Cause.UNKNOWN_HEALTH.value in story or "health unknown" in story


def test_ahead_what_an_earlier_policy_governs_is_released_as_ever(desk: Desk) -> None:
    plain = play(Scenario(settings=settings_of(desk), days=4, enforced=True), outset_of(desk))
    desk.configure(_text(desk).replace('policy = ["shadow", "standard"]', 'policy = ["standard", "shadow"]'))
    first = play(Scenario(settings=settings_of(desk), days=4, enforced=True), outset_of(desk))
    assert plain.released == ()
    assert [one.account.id for one in first.released]


def test_a_case_written_of_a_real_account_has_its_health_and_one_without_says_what_is_missing(
    desk: Desk,
) -> None:
    said = desk.run("policy", "test", "--write", "cases.toml", LATTE_ART_LAB)
    assert said.code == 0, said.err
    file = desk.folder / "cases.toml"
    text = file.read_text(encoding="utf-8")
    assert 'source = "health"\ntier = "shadowbanned"' in text
    assert desk.run("policy", "test", "cases.toml").code == 0
    row = '[[cases.evidence]]\nsource = "health"\ntier = "shadowbanned"\n'
    assert row in text
    file.write_text(text.replace(row, ""), encoding="utf-8")
    failed = desk.run("policy", "test", "cases.toml")
    assert failed.code == 1
    assert 'a row of evidence such as { source = "health", tier = "shadowbanned" }' in told(failed.out)


def test_from_announcement_to_delete_by_its_policy(desk: Desk) -> None:
    """As a cron job has it: what is released is what the provider calls shadow-banned, and no more."""
    desk.configure(_text(desk).replace('when = "idle"', 'when = "never"', 1))
    for hours in (0, 23, 3):
        desk.pass_time(timedelta(hours=hours))
        desk.run("run", "--once")
    assert [one.account for one in desk.sandbox.world.releases] == [LATTE_ART_LAB]
    assert desk.deletes == 1
    said = told(desk.run("history", LATTE_ART_LAB).out)
    assert "its health is shadow-banned" in said
