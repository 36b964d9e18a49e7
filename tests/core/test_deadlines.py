"""Planned releases that nobody will carry out: noticed before, not after."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H, account, decision, matter, report
from watcher.brakes import Halt
from watcher.brakes.docket import Docket, prospect_of
from watcher.brakes.kinds.too_many import TOO_MANY
from watcher.decide.deadlines import Deadline, Deadlines, Near, near_event
from watcher.decide.report import Report, Totals
from watcher.facts.accounts import Account, ProjectId, Unread
from watcher.memory.remembered import Known, ProjectMemory, TurnKind
from watcher.messages.events import Event
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.notices import NotAccepted, Notice, Void
from watcher.record.outcomes import Cause, Explanation
from watcher.record.reasons import Reason, Trouble
from watcher.rules.plan import Leave, Mode, PeriodState, Wait
from watcher.texts.commands import WayOut

ACME, BETA = ProjectId("prj_acme"), ProjectId("prj_beta")
RENEWS_IN = 31 * H
CLOSES = NOW + RENEWS_IN - timedelta(minutes=10)
BOUND = timedelta(minutes=32)


def planned(project: ProjectId = ACME, **facts: object) -> Report:
    """A good turn that leaves one release to a later one."""
    one = decision(replace(account(renews_in=RENEWS_IN), project=project))
    waits = Wait(until=NOW + 25 * H, why=Reason.WINDOW_NOT_OPEN)
    return report(replace(one, step=waits), **facts)


def failing() -> Report:
    return report(trouble=Trouble.API_UNREACHABLE)


def near(deadlines: Deadlines, now: datetime, within: timedelta = 2 * H) -> list[datetime]:
    found = deadlines.near(now, within=within, bound=BOUND)
    return [] if found is None else [one.closes for one in found.deadlines]


def test_two_failed_turns_in_a_row_before_a_deadline_are_told() -> None:
    once = Deadlines().noted(planned(), CLOSES - H).noted(failing(), CLOSES - H)
    assert near(once, CLOSES - H) == []
    assert near(once.failed(), CLOSES - H) == [CLOSES]


def test_a_deadline_that_is_far_can_wait() -> None:
    twice = Deadlines().noted(planned(), NOW).failed().failed()
    assert near(twice, CLOSES - 2 * H - timedelta(seconds=1)) == []
    assert near(twice, CLOSES - 2 * H) == [CLOSES]


def test_turns_that_stay_away_count_like_those_that_fail() -> None:
    one = Deadlines().noted(planned(), CLOSES - H)
    assert near(one, CLOSES - H + BOUND) == []
    assert near(one, CLOSES - H + BOUND + timedelta(seconds=1)) == [CLOSES]


def test_it_stands_past_the_deadline_until_a_turn_succeeds() -> None:
    twice = Deadlines().noted(planned(), NOW).failed().failed()
    assert near(twice, CLOSES + D) == [CLOSES]
    late = report(replace(decision(), step=Leave(why=Reason.TOO_LATE)))
    assert near(twice.noted(late, CLOSES + D), CLOSES + D) == []


def test_a_project_that_cannot_be_read_is_noticed_among_others_that_can() -> None:
    unread = Unread(project=ACME, name="acme", code="x", why="it")
    deadlines = Deadlines().noted(planned(), NOW)
    for _ in range(2):
        deadlines = deadlines.noted(planned(BETA, unread=(unread,)), CLOSES - H)
    found = deadlines.near(CLOSES - H, within=2 * H, bound=BOUND)
    assert found is not None
    assert (len(found.deadlines), found.since) == (1, NOW)


def test_what_was_released_is_not_awaited() -> None:
    due = decision(account(renews_in=RENEWS_IN))
    done = Attempt(
        period=due.account.period,
        project=ACME,
        handle="latte",
        price_cents=15_000,
        ended=Ending.RELEASED,
        at=NOW,
    )
    after = Deadlines().noted(planned(attempts=(done,)), NOW).failed().failed()
    assert near(after, CLOSES) == []


def test_observing_awaits_nothing() -> None:
    after = Deadlines().noted(planned(mode=Mode.OBSERVE), NOW).failed().failed()
    assert near(after, CLOSES) == []


def test_a_focused_turn_leaves_what_it_did_not_read() -> None:
    focused = report(
        kind=TurnKind.FOCUSED, totals=Totals(projects=1), project_names={BETA: "beta"}, decisions=()
    )
    after = Deadlines().noted(planned(), NOW).noted(focused, NOW).failed().failed()
    assert near(after, CLOSES) == [CLOSES]


def test_a_project_that_is_no_longer_watched_is_forgotten() -> None:
    after = Deadlines().noted(planned(), NOW).noted(planned(BETA), NOW)
    assert set(after.projects) == {BETA}


LATTE = account(renews_in=RENEWS_IN)
WAITS = {LATTE.period: CLOSES}


def memory(of: Account = LATTE, *, voided: Void | None = None, live: bool = True) -> ProjectMemory:
    notice = Notice(
        key="n",
        period=LATTE.period,
        not_before=NOW,
        fingerprint="f",
        live=live,
        created_at=NOW,
        handle=LATTE.handle,
        platform=LATTE.platform,
        voided=voided,
    )
    return ProjectMemory(
        read_at=NOW,
        known={of.id: Known(account=of, first_seen_at=NOW)},
        notices={LATTE.period: notice},
    )


def test_a_process_that_never_had_a_good_turn_knows_from_the_ledger_what_was_announced() -> None:
    """It was told with the moment of the renewal as the last one: the window closes before."""
    deadlines = Deadlines().remembering(ACME, memory(), WAITS)
    assert near(deadlines, CLOSES - H) == [CLOSES]
    assert near(Deadlines().remembering(ACME, memory(), {}), CLOSES - H) == []


def test_what_closes_before_another_turn_comes_had_its_last_chance_in_one_that_failed() -> None:
    """With a crontab each turn is a process of its own, and none of them ever told of a near deadline."""

    def told(failures: int, before: timedelta) -> bool:
        deadlines = Deadlines().remembering(ACME, memory(), WAITS, failures=failures)
        now = CLOSES - before
        late = deadlines.near(now, within=2 * H, bound=1000 * D, next_turn_in=timedelta(minutes=15))
        return late is not None

    assert [told(1, timedelta(minutes=minutes)) for minutes in (5, 14, 15, 60)] == [True, True, False, False]
    assert told(2, H)
    assert not told(2, 3 * H)
    assert not told(0, timedelta(minutes=5))


@pytest.mark.parametrize(
    "remembered",
    [
        memory(voided=Void.HELD),
        memory(live=False),
        memory(replace(LATTE, renews_at=NOW + 90 * D)),
        replace(memory(), released=frozenset({LATTE.period})),
        ProjectMemory(),
    ],
    ids=["void", "would be", "renewed", "released", "nothing"],
)
def test_what_the_ledger_knows_to_be_settled_is_not_awaited(remembered: ProjectMemory) -> None:
    deadlines = Deadlines().remembering(ACME, remembered, WAITS)
    assert near(deadlines, LATTE.renews_at) == []


def test_people_are_told_how_much_and_by_when() -> None:
    found = Deadlines().noted(planned(), CLOSES - 3 * H).near(CLOSES - H, within=2 * H, bound=BOUND)
    assert found is not None
    event = near_event(found, CLOSES - H)
    assert event.text == (
        f"1 planned release ($150.00) will be too late unless a turn succeeds by {CLOSES:%a} {CLOSES.day} "
        f"{CLOSES:%b %H:%M} UTC; no turn has succeeded for 2 h; to be released: @latte.art.lab; "
        "see why turns fail: `lease-watcher status` and the log say it; "
        "if that cannot be mended in time, "
        "`lease-watcher release ACCOUNT --reason WHY`, or give it back at the provider's"
    )
    assert (event.problem, event.cents) == ("deadline.near", 15_000)


APPROVE = WayOut.by_typing("lease-watcher approve 7f3a --reason WHY", after=" allows exactly these")


def told_of(*deadlines: Deadline) -> Event:
    return near_event(Near(deadlines=deadlines, since=NOW), CLOSES - H)


def deadline(handle: str, unless: str = "", *ways: WayOut, closes: datetime = CLOSES) -> Deadline:
    period = account(handle, renews_in=RENEWS_IN).period
    return Deadline(period=period, price_cents=15_000, closes=closes, unless=unless, ways=ways)


def test_what_is_halted_needs_more_than_a_turn() -> None:
    """ "Unless a turn succeeds" was told of releases that a turn would only have halted again."""
    halted = [deadline(name, "2 releases are approved", APPROVE) for name in ("latte", "grind")]
    event = told_of(*halted)
    assert event.what.startswith(
        "2 planned releases ($300.00) will be too late unless a turn succeeds and 2 releases are approved, "
    )
    assert APPROVE.command in [clause.command for clause in event.clauses]


def test_of_several_each_says_what_it_needs_besides() -> None:
    event = told_of(
        deadline("latte"),
        deadline("grind", "1 release is approved", APPROVE),
        deadline("zine", "team accepts the announcement"),
        deadline("past", "3 releases are approved", closes=CLOSES - 2 * H),
    )
    assert "unless a turn succeeds" not in event.what
    told = [clause.text for clause in event.clauses]
    assert told[1:3] == [
        "a turn alone releases 1 of them ($150.00) only if 1 release is approved",
        "a turn alone releases 1 of them ($150.00) only if team accepts the announcement",
    ]


def test_a_good_turn_notes_what_halts_a_release_and_who_has_not_accepted_it() -> None:
    one = decision(account(renews_in=RENEWS_IN), standing=PeriodState(notice=NotAccepted(missing=("team",))))
    (unanswered,) = Deadlines().noted(report(one), NOW).planned(NOW)
    assert unanswered.unless == "team accepts the announcement"

    docket = Docket(entries=(replace(prospect_of(one, NOW)),))
    many = Halt(brake=TOO_MANY, measured="1 release", limit="0")
    told = report(one, matters=(matter([many], docket),))
    (halted,) = Deadlines().noted(told, NOW).planned(NOW)
    assert halted.unless == "the release of @latte.art.lab is approved"
    assert [way.command for way in halted.ways] == [f"lease-watcher approve {docket.id} --reason WHY"]


def test_the_ledger_says_so_too() -> None:
    of = Known(
        account=LATTE,
        first_seen_at=NOW,
        explanation=Explanation(cause=Cause.BRAKED, title="halted: too many releases", closes=CLOSES),
    )
    accepted = {LATTE.period: replace(memory().notices[LATTE.period], receipts={"ops": NOW})}
    known = replace(memory(), known={LATTE.id: of}, notices=accepted)
    (halted,) = Deadlines().remembering(ACME, known, WAITS).planned(NOW)
    assert halted.unless == "what halts it is lifted"
    (unanswered,) = Deadlines().remembering(ACME, memory(), WAITS).planned(NOW)
    assert unanswered.unless == "a channel accepts the announcement"
