"""What begins later: a pause is recorded now and counts from then on; a hold cannot, and says what to do."""

import json
from datetime import timedelta

import pytest

from tests.cli.desk import Desk, H, Said
from tests.cli.test_run import enforced

D = timedelta(days=1)
WHY = ("--reason", "launch", "--by", "ann")
BACK = ("--reason", "called off", "--by", "bob")


@pytest.fixture
def seen(at_desk: Desk) -> Desk:
    """After one turn, which announced three releases of the next day."""
    assert at_desk.run("run", "--once").code == 0
    at_desk.pass_time(H)
    return at_desk


def rows(said: Said) -> str:
    return " ".join(said.out.split())


FROM = ("--from", "2026-05-19T14:00:00Z", "--until", "2026-05-19T18:30:00Z")


def test_a_pause_that_begins_later_is_told_with_its_price_wherever_it_is_asked(seen: Desk) -> None:
    """`pause` began at once or not at all, and [[pauses]] is a matter of who may edit the configuration."""
    said = rows(seen.run("pause", *FROM, *WHY))
    assert said.startswith(
        "Releases are paused from Tue 19 May 14:00 UTC (in 1 d 1 h) until Tue 19 May 18:30 UTC (in 1 d 5 h). "
        "It concerns 15 accounts, $2,250.00 a month. No release that is announced so far is lost by it. "
        "It stops no other that the last turn planned. Ledger"
    )
    assert rows(seen.run("pauses")) == (
        "every project begins in 1 d 1 h, Tue 19 May 14:00 UTC, until Tue 19 May 18:30 UTC (in 1 d 5 h) "
        "by ann: launch → `lease-watcher resume --coming --reason WHY` takes it back"
    )
    (row,) = map(json.loads, seen.run("pauses", "--format", "json").out.splitlines())
    assert (row["planned"], row["from"], row["until"], row["by"], row["at"]) == (
        False,
        "2026-05-19T14:00:00Z",
        "2026-05-19T18:30:00Z",
        "ann",
        "2026-05-18T13:00:00Z",
    )
    assert (
        "every project from Tue 19 May 14:00 UTC (in 1 d 1 h) to Tue 19 May 18:30 UTC, by ann: launch; in "
        "the way of 3 openings announced so far, $450.00: @latte.art.lab, @beans.and.brew, @morning.grind; "
        "`lease-watcher audit` counts all; `lease-watcher resume --coming --reason WHY` takes it back"
    ) in rows(seen.run("status"))
    (ahead,) = json.loads(seen.run("status", "--format", "json").out)["pauses_ahead"]
    assert (ahead["planned"], ahead["by"], len(ahead["in_the_way_of"])) == (False, "ann", 3)
    assert "ann paused releases from Tue 19 May 14:00 UTC until Tue 19 May 18:30 UTC: launch" in rows(
        seen.run("history")
    )


LONG = ("--from", "2h", "--until", "2026-06-30")


def test_what_it_stops_until_too_late_is_told_at_once_and_by_audit_and_explain(seen: Desk) -> None:
    said = rows(seen.run("pause", *LONG, *WHY))
    assert (
        "4 announced releases, $600.00, are not done unless `lease-watcher resume --coming --reason WHY` "
        "ends it, for the first by Tue 19 May 18:35 UTC (in 1 d 5 h). "
        "It stops no other that the last turn planned. Of 4 accounts more whose window lies in it, $600.00, "
        "no turn has asked yet whether they are used: `lease-watcher audit` asks, and counts them."
    ) in said
    end = "launch, until Wed 1 Jul 00:00 UTC"
    assert f"will be halted by a pause until too late ({end})" in rows(seen.run("audit"))
    forecast = json.loads(seen.run("forecast", "--format", "json").out)
    assert {one["risk"]: one["cents"] for one in forecast["risks"]} == {"pause": 75_000}
    told = rows(seen.run("explain", "@latte.art.lab"))
    assert f"a pause by ann halts it until too late ({end}" in told
    assert "will not be saved unless `lease-watcher resume --coming --reason WHY` ends it" in told


def test_what_the_last_turn_planned_and_nobody_announced_is_told_with_its_price(seen: Desk) -> None:
    """`audit` was named instead, also where a turn had said that it plans the release."""
    seen.pass_time(17 * D)
    seen.run("run", "--once")
    said = rows(seen.run("pause", "--from", "2h", "--until", "2026-06-20", *WHY))
    assert (
        "No release that is announced so far is lost by it. 1 release that is not announced yet, $150.00, is "
        "stopped until too late as well, by what the last turn saw. Of 9 accounts more whose window lies in "
        "it, $1,350.00, no turn has asked yet whether they are used"
    ) in said


def test_one_that_only_resume_ends_says_so(seen: Desk) -> None:
    seen.run("pause", "--from", "2h", *WHY)
    assert "in 2 h, Mon 18 May 15:00 UTC, until `resume` by ann" in rows(seen.run("pauses"))
    assert "every project from Mon 18 May 15:00 UTC (in 2 h) until `resume`, by ann" in rows(
        seen.run("status")
    )
    assert "will be halted by a pause until too late (launch, until `resume`)" in rows(seen.run("audit"))
    assert "a pause by ann halts it until too late (launch, until `resume`): $150.00" in rows(
        seen.run("explain", "@latte.art.lab")
    )


def test_it_halts_from_then_on_and_not_before(at_desk: Desk) -> None:
    enforced(at_desk)
    at_desk.run("pause", "--from", "5m", *WHY)
    at_desk.pass_time(H / 12)
    halted = at_desk.run("run", "--once")
    assert (halted.code, at_desk.deletes) == (22, 0)
    assert "paused by ann: launch" in halted.out
    assert "every project paused" in rows(at_desk.run("pauses"))


def test_who_ends_a_pause_leaves_one_that_is_to_come(seen: Desk) -> None:
    """After an outage of an hour somebody would have lifted the pause of the holidays with it."""
    seen.run("pause", *FROM, *WHY)
    seen.run("pause", "--reason", "outage", "--by", "ann")
    said = rows(seen.run("resume", *BACK))
    assert "The pause by ann (outage) has ended, but" in said or "has ended, and releases go on." in said
    stays = (
        "The pause of every project from Tue 19 May 14:00 UTC (in 1 d 1 h) by ann (launch) stays: "
        "`lease-watcher resume --coming --reason WHY` takes it back, too."
    )
    assert stays in said
    again = seen.run("resume", *BACK)
    assert again.code == 2
    assert "Nothing is paused." in again.told
    assert stays in again.told


def test_it_is_taken_back_before_it_begins(seen: Desk) -> None:
    seen.run("pause", "--project", "acme-coffee", *FROM, *WHY)
    elsewhere = seen.run("resume", "--coming", "--project", "lumen-fitness", *BACK)
    assert (elsewhere.code, "Nothing is paused." in elsewhere.told) == (2, True)
    said = seen.run("resume", "--coming", *BACK)
    assert said.code == 0
    assert said.out.startswith(
        "The pause of project acme-coffee from Tue 19 May 14:00 UTC (in 1 d 1 h) by ann (launch) is taken "
        "back.\n"
    )
    assert seen.run("pauses").out == "Nothing is paused.\n"
    assert "bob resumed releases, and took back pauses to come: called off" in rows(seen.run("history"))


def test_one_that_has_begun_is_ended_by_the_command_that_was_told_before(seen: Desk) -> None:
    seen.run("pause", "--from", "1h", *WHY)
    seen.pass_time(2 * H)
    assert "The pause by ann (launch) has ended" in seen.run("resume", "--coming", *BACK).out
    assert seen.run("pauses").out == "Nothing is paused.\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--from", "2026-05-18"), "--from 2026-05-18: has passed; leave it out to begin now"),
        (("--from", "2026-05-18T13:00:00Z"), "--from 2026-05-18T13:00:00Z: has passed; leave it out"),
        (("--from", "0s"), "--from 0s: has passed"),
        (("--from", "forever"), "--from forever: must be a span from now such as 30d, a date such as"),
        (("--from", "soon"), "--from soon: must be a span from now such as 30d, a date such as"),
        (("--from", "9999-12-31"), "--from 9999-12-31: is beyond the calendar"),
        (
            ("--from", "2d", "--until", "1d"),
            "--until 1d is not after --from 2d: the pause would never be on.",
        ),
        (("--from", "2d", "--until", "2d"), "--until 2d is not after --from 2d"),
    ],
)
def test_what_would_never_begin_is_refused(seen: Desk, words: tuple[str, ...], why: str) -> None:
    said = seen.run("pause", *words, *WHY)
    assert said.code == 2
    assert why in said.told
    assert seen.run("pauses").out == "Nothing is paused.\n"


def test_a_date_begins_and_ends_with_its_day_where_people_are(seen: Desk) -> None:
    seen.reconfigure('mode = "enforce"', 'mode = "enforce"\ntimezone = "Europe/Berlin"')
    said = rows(seen.run("pause", "--from", "2026-12-24", "--until", "2026-12-26", *WHY))
    assert "from Thu 24 Dec 00:00 CET (in 219 d 10 h) until Sun 27 Dec 00:00 CET" in said


# A hold


def test_a_hold_that_is_to_begin_later_is_not_recorded_and_what_does_it_is_said_with_its_price(
    seen: Desk,
) -> None:
    """A campaign from 10 to 20 June of an account that renews tomorrow: held from 10 June on, it is gone."""
    said = seen.run(
        "hold", "@latte.art.lab", "--from", "2026-06-10", "--until", "2026-06-20", "--reason", "launch"
    )
    assert said.code == 2
    assert said.told == (
        "A hold counts from when it is said, and none begins later: what is released before is gone by then. "
        "Nothing was recorded. @latte.art.lab (sa_01JZ0DEM0000000000000000A3) renews in 1 d 6 h, Tue 19 May "
        "19:00 UTC, before Wed 10 Jun 00:00 UTC, and is announced to be released from Tue 19 May 13:00 UTC "
        "(in 1 d) on. `lease-watcher hold @latte.art.lab --reason=launch --until 2026-06-20` keeps it from "
        "now on: 2 renewals until its end, about $300.00, $150.00 of it before Wed 10 Jun 00:00 UTC."
    )
    assert seen.run("holds").out == "No account is held.\n"


def test_where_nothing_renews_before_it_a_hold_from_now_on_costs_no_more(seen: Desk) -> None:
    said = seen.run("hold", "@latte.art.lab", "--from", "1h", "--until", "3h", "--reason", "launch")
    assert said.code == 2
    assert "It renews only after Mon 18 May 14:00 UTC: held from now on it costs nothing more." in said.told
    assert "keeps it from now on: no renewal until its end, so it costs nothing." in said.told


def test_of_many_a_few_are_named_and_all_are_counted(seen: Desk) -> None:
    said = seen.run("hold", "--project", "acme-coffee", "--from", "2026-06-10")
    assert said.code == 2
    assert "more renew before Wed 10 Jun 00:00 UTC." in said.told
    assert "and may be released before that, unless it is used or protected." in said.told
    assert (
        "`lease-watcher hold --project=acme-coffee --until WHEN` keeps them from now on, and each"
        in said.told
    )
    assert seen.run("hold", "@latte.art.lab", "--from", "2d", "--until", "1d").told == (
        "--until 1d is not after --from 2d. Nothing was recorded."
    )
