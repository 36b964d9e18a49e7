"""`hold` and `unhold` of several accounts: by name, by a pattern, by a project; until when, for how much."""

from datetime import timedelta

import pytest

from tests.cli.desk import Desk, H
from tests.cli.test_run import enforced

WHY = ("--reason", "because")
D = timedelta(days=1)


@pytest.fixture
def seen(at_desk: Desk) -> Desk:
    """After one turn, so that the ledger knows the accounts."""
    assert at_desk.run("run", "--once").code == 0
    at_desk.pass_time(H)
    return at_desk


def test_several_accounts_are_held_by_name_and_the_costs_are_told(seen: Desk) -> None:
    said = seen.run("hold", "@latte.art.lab", "@beans.and.brew", "--until", "30d", *WHY)

    assert said.code == 0
    assert said.out.startswith(
        "2 accounts:\n"
        "  account          project      a month  renews\n"
        "  @latte.art.lab   acme-coffee  $150.00  in 1 d 6 h,  Tue 19 May 19:00 UTC\n"
        "  @beans.and.brew  acme-coffee  $150.00  in 1 d 9 h,  Tue 19 May 22:00 UTC\n"
        "2 accounts are held until Wed 17 Jun 13:00 UTC (in 30 d).\n"
        "All of them renew while held, for $300.00 together: the first in 1 d 6 h, Tue 19 May 19:00 UTC, "
        "the last in 1 d 9 h, Tue 19 May 22:00 UTC; what is in use would all the same.\n"
        "Ledger "
    )


def test_a_pattern_within_a_project_holds_what_fits_each_until_its_own_renewal(seen: Desk) -> None:
    chosen = ("--handle", "b*", "--handle", "@CAFE.*", "--project", "acme-coffee")
    rehearsed = seen.run("hold", *chosen, "--dry-run")
    assert seen.run("holds").out == "No account is held.\n"
    said = seen.run("hold", *chosen, *WHY)

    for one in (rehearsed, said):
        assert one.code == 0
        assert one.out.startswith("3 accounts fit --handle b* --handle @CAFE.* --project acme-coffee:\n")
        assert [row.split()[0] for row in one.out.splitlines()[2:5]] == [
            "@beans.and.brew",
            "@brand.official",
            "@cafe.hopper",
        ]
    assert "3 accounts would be held, each until its own renewal. Nothing was recorded." in rehearsed.out
    assert "3 accounts are held, each until its own renewal." in said.out
    listed = seen.run("holds").out
    assert "@cafe.hopper     acme-coffee  $150.00  in 1 d 12 h, Wed 20 May 01:00 UTC" in listed
    assert "3 accounts are held; 3 renew while held, for $450.00 together" in listed


def test_what_was_held_by_a_pattern_is_given_free_by_one(seen: Desk) -> None:
    seen.run("hold", "--project", "northwind-travel", *WHY)
    some = seen.run("unhold", "--handle", "*.trains", *WHY)
    assert "@slow.trains (sa_01JZ0DEM0000000000000000B2) is no longer held. A release must be" in some.out
    rest = seen.run("unhold", "--project", "northwind-travel", *WHY)
    assert "4 accounts are no longer held." in rest.out
    assert seen.run("holds").out == "No account is held.\n"
    assert seen.run("unhold", "--project", "northwind-travel", *WHY).code == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Which account? Name one or several (an id or @handle), or say --handle GLOB."),
        (("@latte.art.lab", "--project", "acme-coffee"), "both at once is not clear"),
        (("@lattte.art.lab",), "Did you mean @latte.art.lab?"),
        (("sa_01JZ0DEM0000000000000000C9",), "Did you mean sa_01JZ0DEM0000000000000000C"),
        (("@latte.*",), "A pattern is said with --handle '@latte.*'."),
        (("--handle", "lattte*"), "none of the 15 leased accounts that the ledger knows fits. "
         "Did you mean @latte.art.lab?"),
        (("--project", "acme-cofee"), "there is no such project; did you mean acme-coffee?"),
        (("@latte.art.lab", "@nobody.at.all"), "never saw @nobody.at.all, so nothing was said."),
    ],
)  # fmt: skip
def test_who_is_not_found_is_told_whom_they_may_have_meant(
    seen: Desk, words: tuple[str, ...], told: str
) -> None:
    said = seen.run("hold", *words, *WHY)

    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert seen.run("holds").out == "No account is held.\n"


def test_a_date_is_one_of_the_configured_time_zone(seen: Desk) -> None:
    seen.configure('timezone = "Europe/Berlin"\n' + (seen.folder / "lease-watcher.toml").read_text())
    said = seen.run("hold", "@latte.art.lab", "--until", "2026-06-30", *WHY)
    assert "is held until Wed 1 Jul 00:00 CEST" in said.out


def test_a_pause_of_a_project_says_whom_it_concerns_and_what_it_loses(seen: Desk) -> None:
    """Every renewal before its end was told as its price, of accounts in use too."""
    said = seen.run("pause", "--project", "acme-coffee", "--until", "32h", *WHY)
    assert said.out.startswith(
        "Releases of project acme-coffee are paused until Tue 19 May 21:00 UTC (in 1 d 8 h).\n"
        "It concerns 8 accounts, $1,200.00 a month. 1 announced release, $150.00, is not done unless "
        "`lease-watcher resume --project acme-coffee --reason WHY` ends it by "
        "Tue 19 May 18:35 UTC (in 1 d 5 h).\n"
    )
    soon = seen.run("pause", "--until", "2h", *WHY)
    assert (
        "It concerns 15 accounts, $2,250.00 a month. No release that is announced so far is lost by it.\n"
    ) in soon.out


def test_what_a_pause_costs_are_the_announced_releases_that_it_outlasts(at_desk: Desk) -> None:
    """What was released already was counted too, until a turn listed the rest."""
    enforced(at_desk)
    lost = at_desk.run("pause", "--until", "3d", *WHY)
    assert (
        "It concerns 15 accounts, $2,250.00 a month. 3 announced releases, $450.00, are not done unless "
        "`lease-watcher resume --reason WHY` ends it, for the first by "
        "Tue 19 May 18:35 UTC (in 15 min).\n"
    ) in lost.out
    assert at_desk.run("run", "--once").code == 22
    assert at_desk.run("resume", *WHY).code == 0
    at_desk.run("run", "--once")
    after = at_desk.run("pause", "--until", "3d", *WHY)
    assert (
        "It concerns 12 accounts, $1,800.00 a month. No release that is announced so far is lost by it.\n"
    ) in after.out


@pytest.mark.parametrize(
    ("begin", "end", "left"), [("hold", "unhold", "holds"), ("pause", "resume", "pauses")]
)
def test_what_a_clock_ahead_of_ours_said_is_ended_all_the_same(
    seen: Desk, begin: str, end: str, left: str
) -> None:
    """What is said while a word is typed is not ended by it; what it showed is, whatever clocks say."""
    which = ("@latte.art.lab",) if begin == "hold" else ()
    seen.run(begin, *which, *WHY)
    seen.pass_time(-H / 60)

    assert seen.run(end, *which, *WHY).code == 0
    assert seen.run(left).out.startswith("No")
