"""What waits for a decision is shown before anybody approves; an approval can be withdrawn."""

import json
from contextlib import closing
from dataclasses import replace
from io import StringIO

import pytest

from tests.cli.desk import Desk, H
from tests.cli.test_run import enforced
from watcher.adapters.ledger.opening import open_ledger
from watcher.cli.demo import NAME
from watcher.cli.main import main
from watcher.cli.process import Process
from watcher.facts.accounts import AccountId
from watcher.memory.writes import Said
from watcher.record.overrides import Override, OverrideKind

WHY = ("--reason", "because")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def halted(at_desk: Desk) -> Desk:
    """Three releases are due, one more is to come, and two are the limit."""
    at_desk.reconfigure("max_share = 0.3", "max_releases = 2")
    enforced(at_desk)
    assert at_desk.run("run", "--once").code == 22
    return at_desk


def id_of(desk: Desk) -> str:
    (docket,) = json.loads(desk.run("docket", "--format", "json").out)["dockets"]
    assert isinstance(docket["id"], str)
    return docket["id"]


def test_a_docket_says_what_by_when_why_and_what_lets_it_go(halted: Desk) -> None:
    said = halted.run("docket")
    lines = said.out.splitlines()
    assert lines[0] == (
        f"Docket {id_of(halted)}: $150.00 of $450.00 will not be saved unless 3 releases are approved "
        "by Tue 19 May 18:35 UTC (in 15 min)"
    )
    assert lines[1:3] == [
        "  3 releases are halted; 2 of them go on by themselves in time: "
        "too many releases (3 releases, limit 2); "
        "too large a share of the fleet (3 of 15 accounts, limit 10%)",
        f"  `lease-watcher approve {id_of(halted)} --reason WHY` allows exactly these",
    ]
    rows = [" ".join(line.split()) for line in lines]
    assert "@latte.art.lab $150.00 41 d 9 h ago in 40 min Tue 19 May 19:00 UTC" in rows
    assert said.code == 0


def test_what_is_approved_waits_no_more_and_what_is_withdrawn_waits_again(halted: Desk) -> None:
    docket = id_of(halted)
    assert halted.run("approve", docket, *WHY).code == 0
    assert "No release waits for a decision" in halted.run("docket").out
    shown = halted.run("docket", docket).out
    assert "Approved by maria on Tue 19 May 18:20 UTC (now): because: 3 releases, $450.00 a month." in shown

    said = halted.run("unapprove", docket, *WHY)
    assert said.code == 0
    assert "Withdrawn: the approval of 3 releases, $450.00 a month, that maria gave." in said.out
    assert id_of(halted) == docket
    assert halted.run("run", "--once").code == 22
    assert halted.deletes == 0


def test_nothing_is_withdrawn_where_nothing_is_approved(halted: Desk) -> None:
    said = halted.run("unapprove", id_of(halted), *WHY)
    assert (said.code, said.out) == (2, "")
    assert "is approved. Nothing was recorded." in said.told


def test_what_was_released_stays_so_and_whoever_withdraws_is_told(halted: Desk) -> None:
    docket = id_of(halted)
    halted.run("approve", docket, *WHY)
    turn = halted.run("run", "--once")
    assert (turn.code, halted.deletes) == (0, 3)
    # It said of what had just been released that it passes the limits.
    assert "pass the limits" not in turn.out

    said = halted.run("unapprove", docket, *WHY)
    assert (said.code, said.out) == (2, "")
    assert "@latte.art.lab was released by the lease watcher on Tue 19 May 18:20 UTC (now)" in said.told
    assert said.told.endswith("Nothing was recorded.")


def test_who_approved_it_stands_there_when_it_is_done(halted: Desk) -> None:
    """ "Who approved these, and how?": the docket named the three that were released, and nobody who had let
    them; only the whole history did, which knows no docket by its name.
    """
    docket = id_of(halted)
    halted.run("approve", docket, "--reason", "checked with Tom", "--by", "ann")
    halted.run("unapprove", docket, "--reason", "wait", "--by", "bob")
    halted.run("approve", docket, "--reason", "again", "--by", "ann")
    halted.run("run", "--once")
    halted.pass_time(20 * H)
    told = halted.run("docket", docket).out
    assert "nothing of it waits for a decision" in told
    at = "on Tue 19 May 18:20 UTC (20 h ago)"
    assert f"Approved by ann {at}: checked with Tom: 3 releases.\n" in told
    assert f"Approval withdrawn by bob {at}: wait: 3 releases.\n" in told
    assert f"Approved by ann {at}: again: 3 releases.\n" in told


def test_what_is_approved_already_is_not_asked_about_again(halted: Desk) -> None:
    docket = id_of(halted)
    halted.run("approve", docket, *WHY)
    again = halted.run("approve", docket, *WHY)
    assert again.code == 0
    assert "All that is left of it is approved already. Nothing was recorded." in again.out
    assert halted.run("history").out.count("approved releases past the limits") == 1


def test_an_approval_shows_what_it_allows_and_asks_whoever_is_there(halted: Desk) -> None:
    docket = id_of(halted)
    for answer, code, approved in (("n", 2, False), ("", 2, False), ("y", 0, True)):
        out, err = Terminal(), Terminal()
        process = Process(
            environ=halted.environ,
            cwd=halted.folder,
            clock=halted.clock,
            out=out,
            err=err,
            stdin=Terminal(f"{answer}\n"),
        )
        assert main(("approve", docket, *WHY), process) == code
        assert "@latte.art.lab" in out.getvalue()
        assert "A release cannot be undone. [y/N]" in " ".join(err.getvalue().split())
        assert ("No release waits" in halted.run("docket").out) is approved


@pytest.mark.parametrize("words", [(), ("--yes",)])
def test_a_script_is_not_asked(halted: Desk, words: tuple[str, ...]) -> None:
    assert halted.run("approve", id_of(halted), *WHY, *words).code == 0


def bob_approves_two_of(desk: Desk, docket: str) -> None:
    """By another docket, before this one was known."""
    with closing(open_ledger(desk.ledger)) as ledger:
        kept = ledger.docket(docket)
        assert kept is not None
        word = Override(
            kind=OverrideKind.APPROVE,
            at=desk.clock.now(),
            by="bob",
            why="fine",
            until=kept.periods[0].renews_at + 48 * H,
            periods=kept.periods[:2],
        )
        ledger.apply((Said(override=word),))


def test_whoever_approves_an_older_docket_is_told_what_is_halted_beyond_it(halted: Desk) -> None:
    """Its id changed five times in two days; the old one was approved without a word that there were more."""
    today = id_of(halted)
    with closing(open_ledger(halted.ledger)) as ledger:
        kept = ledger.docket(today)
        assert kept is not None
        older = replace(kept, docket="0dd0cce7", periods=kept.periods[:1], at=kept.at - 2 * H)
        assert ledger.take_lock(halted.clock.now()) is None
        ledger.apply((older,))
    said = " ".join(halted.run("approve", "0dd0cce7", *WHY).out.split())
    assert (
        f"Beyond these 2 releases ($300.00) of docket {today} wait for an approval: "
        f"`lease-watcher docket {today}` lists them."
    ) in said
    assert "Approved past the limits of count, share and money: 1 release, $150.00 a month." in said
    assert "Beyond these" not in halted.run("approve", today, *WHY).out


def test_what_stands_in_two_dockets_says_so_in_both(halted: Desk) -> None:
    """Two dockets were listed apart: approving one approved all of the other, and nobody saw it coming."""
    today = id_of(halted)
    with closing(open_ledger(halted.ledger)) as ledger:
        kept = ledger.docket(today)
        assert kept is not None
        unseen = replace(kept.periods[-1], account=AccountId("sa_x"))
        more = replace(kept, docket="0dd0cce7", periods=(kept.periods[1], unseen), halts=())
        assert ledger.take_lock(halted.clock.now()) is None
        ledger.apply((more,))
    shown = halted.run("docket")
    told = " ".join(shown.out.split())
    assert (
        f"1 of these, $150.00, stands in docket {today}, too: @beans.and.brew. Whichever of the two is "
        f"approved, it is approved in both; once this one is, 2 releases of it ($300.00) still wait."
    ) in told
    assert (
        "1 of these, $150.00, stands in docket 0dd0cce7, too: @beans.and.brew. Whichever of the two is "
        "approved, it is approved in both; once this one is, 1 release of it ($0.00) still waits."
    ) in told
    assert f"docket {today}, too: @beans.and.brew" in " ".join(halted.run("docket", "0dd0cce7").out.split())
    values = {one["id"]: one for one in json.loads(halted.run("docket", "--format", "json").out)["dockets"]}
    assert values[today]["overlaps"] == [
        {"docket": "0dd0cce7", "releases": 1, "cents": 15_000, "left_waiting": 1}
    ]
    assert [one["also_in"] for one in values[today]["releases"]] == [[], ["0dd0cce7"], []]


def test_an_approval_of_what_is_halted_no_more_records_nothing(halted: Desk) -> None:
    """A limit was raised and the turn halted nothing; the approval that came after it was recorded, and would
    have let these past whatever a later turn found.
    """
    docket = id_of(halted)
    with closing(open_ledger(halted.ledger)) as ledger:
        kept = ledger.docket(docket)
        assert kept is not None
        assert ledger.take_lock(halted.clock.now()) is None
        ledger.apply((replace(kept, at=kept.at - H),))  # so the last turn judged it, and found no halt
    said = halted.run("approve", docket, *WHY)
    assert (said.code, said.told) == (0, "")
    assert "Nothing of it is halted any more" in " ".join(said.out.split())
    assert "Nothing was recorded" in " ".join(said.out.split())
    assert "approved releases" not in halted.run("history").out


def test_what_is_approved_is_what_was_asked_about(halted: Desk) -> None:
    """A person was asked about 2 releases and said yes to 26: the others were another person's word."""
    docket = id_of(halted)
    bob_approves_two_of(halted, docket)
    said = halted.run("approve", docket, *WHY, typed="y\n")
    assert "1 release, $150.00 a month? A release cannot be undone" in said.told
    assert "Approved past the limits of count, share and money: 1 release, $150.00 a month." in said.out
    assert "withdraws it, and every other approval of its releases" in " ".join(said.out.split())


def test_who_withdraws_is_told_whose_other_approvals_are_gone_with_it(halted: Desk) -> None:
    """An approval that another person had given of the same releases was withdrawn untold."""
    docket = id_of(halted)
    with closing(open_ledger(halted.ledger)) as ledger:
        kept = ledger.docket(docket)
        assert kept is not None
        until = kept.periods[0].renews_at + 48 * H
        for by, periods in (("bob", kept.periods[:2]), ("ann", kept.periods)):
            word = Override(
                kind=OverrideKind.APPROVE,
                at=halted.clock.now(),
                by=by,
                why="fine",
                until=until,
                periods=periods,
            )
            ledger.apply((Said(override=word),))
    said = " ".join(halted.run("unapprove", docket, *WHY).out.split())
    assert "Withdrawn: the approval of 3 releases, $450.00 a month, that ann gave." in said
    assert "Withdrawn with it: what bob had approved before, 2 of these releases." in said


def test_the_history_names_handles_number_and_sum_of_an_approval(halted: Desk) -> None:
    """It listed ids: who approved what could be read by nobody."""
    docket = id_of(halted)
    halted.run("approve", docket, *WHY)
    halted.run("unapprove", docket, *WHY)
    these = f"(docket {docket}, 3 releases, $450.00 a month: @latte.art.lab, @beans.and.brew, @morning.grind)"
    told = halted.run("history").out
    assert f"maria approved releases past the limits {these} until Wed 20 May 00:00 UTC: because." in told
    assert f"maria withdrew the approval of releases {these}: because." in told


def test_pauses_say_of_what_by_whom_until_when_and_what_ends_them(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    assert at_desk.run("pauses").out == "Nothing is paused.\n"
    at_desk.run("pause", "--project", "acme-coffee", *WHY)
    lines = at_desk.run("pauses").out.splitlines()
    assert lines[0] == "acme-coffee  paused now, Mon 18 May 12:00 UTC, until `resume`"
    assert lines[1] == "  by maria: because"
    assert lines[2].startswith("  → `lease-watcher resume --project ")
    (one,) = map(json.loads, at_desk.run("pauses", "--format", "json").out.splitlines())
    assert (one["by"], one["why"], one["until"]) == ("maria", "because", None)


FREEZE = '[[pauses]]\nfrom = 2026-05-18\nuntil = 2026-05-19\nreason = "spring freeze"\n'
NIGHTS = (
    '[[pauses]]\nweekly = ["fri 18:00-24:00", "sat-sun"]\nprojects = ["acme-coffee"]\nreason = "weekends"\n'
)


def plan(desk: Desk, *pauses: str) -> None:
    text = (desk.folder / NAME).read_text(encoding="utf-8")
    desk.configure("\n".join((text, *pauses)))


def test_pauses_that_are_planned_are_listed_with_those_that_people_said(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    plan(at_desk, FREEZE, NIGHTS, FREEZE.replace("05-1", "04-1"))
    assert at_desk.run("pauses").out.splitlines() == [
        "every project  planned, on until Wed 20 May 00:00 UTC (in 1 d 12 h)",
        "  spring freeze",
        "  → ends sooner only in [[pauses]] of the configuration",
        "acme-coffee  planned, begins in 4 d 6 h, Fri 22 May 18:00 UTC, ends Mon 25 May 00:00 UTC",
        "  every week fri 18:00-24:00, sat-sun 00:00-24:00: weekends",
        "  → ends sooner only in [[pauses]] of the configuration",
    ]
    at_desk.run("pause", "--project", "acme-coffee", *WHY)
    one, freeze, nights = map(json.loads, at_desk.run("pauses", "--format", "json").out.splitlines())
    assert (one["planned"], one["by"]) == (False, "maria")
    assert freeze == {
        "project": None,
        "planned": True,
        "from": None,
        "until": "2026-05-20T00:00:00Z",
        "weekly": [],
        "by": "configuration",
        "why": "spring freeze",
        "at": None,
    }
    assert (nights["from"], nights["weekly"]) == (
        "2026-05-22T18:00:00Z",
        ["fri 18:00-24:00", "sat-sun 00:00-24:00"],
    )


def test_a_planned_pause_is_a_halt_in_status_docket_explain_and_audit(at_desk: Desk) -> None:
    plan(at_desk, FREEZE)
    enforced(at_desk)
    assert at_desk.run("run", "--once").code == 22
    said = "planned pause until Wed 20 May 00:00 UTC: spring freeze"
    status = at_desk.run("status").out
    assert "every project until Wed 20 May 00:00 UTC (in 5 h 40 min), as planned: spring freeze;" in status
    for words in (("status",), ("docket",), ("explain", "@latte.art.lab"), ("audit",)):
        assert said in " ".join(at_desk.run(*words).out.split()), words
    (paused,) = json.loads(at_desk.run("status", "--format", "json").out)["pauses"]
    assert (paused["planned"], paused["until"]) == (True, "2026-05-20T00:00:00Z")
    assert at_desk.deletes == 0


def test_resume_does_not_end_what_is_planned_and_says_what_does(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    plan(at_desk, FREEZE)
    there = (
        "Every project is paused as planned until Wed 20 May 00:00 UTC (in 1 d 12 h): spring freeze. "
        "That ends sooner only in [[pauses]] of the configuration."
    )
    nothing = at_desk.run("resume", *WHY)
    assert (nothing.code, there in nothing.told, "Nothing is paused" in nothing.told) == (2, True, False)
    at_desk.run("pause", *WHY)
    resumed = at_desk.run("resume", *WHY)
    assert "has ended, but releases do not go on yet" in resumed.out
    assert there in resumed.out


def test_once_all_is_approved_a_pause_that_ends_leaves_no_limit_in_the_way(halted: Desk) -> None:
    """`resume` said that too large a share still stopped the releases, all of which were approved."""
    assert halted.run("approve", id_of(halted), *WHY).code == 0
    assert halted.run("pause", *WHY).code == 0
    resumed = halted.run("resume", *WHY)
    assert "has ended, and releases go on" in resumed.out
    assert "too many releases" not in resumed.out
    told = halted.run("explain", "@latte.art.lab").out
    assert "Halted, with nothing to decide" not in told
