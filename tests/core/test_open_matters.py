"""What a turn leaves to people, and what the ledger alone still knows of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOW, D, H, M, account, decision, matter, policy, stopped
from tests.core.world import ACME, BETA, STANDARD, fleet_memory, known, orders, said, target
from watcher.brakes import Brake, Halt, HaltedRelease, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.brakes.kinds.paused import planned_halts
from watcher.decide.halts_ahead import HaltsAhead
from watcher.decide.matters import (
    all_halted,
    last_moment,
    remembered_matters,
    turn_matters,
)
from watcher.facts.accounts import Account, Flaw, ProjectId, Quarantined, Unread
from watcher.facts.health import HealthTier
from watcher.messages.events import EventKind
from watcher.messages.halt_matters import unless_ended
from watcher.messages.halt_messages import halt_event
from watcher.messages.matters import (
    Matter,
    MatterAccount,
    MatterKind,
    late_notice,
    quarantined,
    refused_configuration,
    refused_release,
    remedy,
)
from watcher.messages.problems import Problem
from watcher.record.intents import Ending, Intent
from watcher.record.notices import NotAccepted
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.planned_pauses import PauseInForce
from watcher.rules.plan import Mode, PeriodState
from watcher.rules.policy import Match
from watcher.texts.commands import WayOut

LATTE = account("latte", renews_in=5 * H)
MOCHA = account("mocha", renews_in=4 * H)
LATER = account("later", renews_in=20 * H)


def entry(one: Account, place: Place = Place.DUE) -> Entry:
    return Entry(
        period=one.period,
        project=one.project,
        handle=one.handle,
        price_cents=one.price_cents,
        place=place,
        closes=one.renews_at - 10 * M,
    )


def told(one: Account, by: timedelta | None = None) -> MatterAccount:
    """As a matter names it; `by`: until when, from now."""
    return MatterAccount(
        account=one.id,
        handle=one.handle,
        project=one.project,
        price_cents=one.price_cents,
        by=None if by is None else NOW + by,
    )


def problem(kind: EventKind, id: str = "", *, content: str = "", **fields: object) -> Problem:
    """A problem that people were told of an hour ago."""
    at = NOW - H
    return Problem(
        id=id or kind.value, kind=kind, content=content, text="as it was told", since=at, told_at=at, **fields
    )


def halt_of(*those: Account) -> Problem:
    periods = tuple(one.period for one in those)
    return problem(EventKind.BRAKE_HALTED, content="too_many", periods=periods)


def intent(one: Account) -> Intent:
    return Intent(account=one, turn="turn-0", policy="standard", reason="unused", written_at=NOW - 5 * M)


MANY = Halt(brake=kinds.TOO_MANY, measured="2 releases", limit="1")
BOTH = Docket(entries=(entry(LATTE), entry(MOCHA)))

PERHAPS = Matter(
    kind=MatterKind.UNKNOWN_ENDING,
    ended=Ending.UNKNOWN,
    what="@latte on tiktok was perhaps released",
    accounts=(told(LATTE),),
    project=ACME,
    since=NOW - 5 * M,
    cents=15_000,
    ways=(
        WayOut(
            text="the next turn reads it back; if you know how it ended: "
            "`lease-watcher resolve sa_latte --as released --reason WHY` (or not-released)",
            command="lease-watcher resolve sa_latte --as released --reason WHY",
        ),
    ),
)


def ahead(*halts: Halt, docket: Docket) -> HaltsAhead:
    return HaltsAhead(releases=stopped(*halts, docket=docket))


def of_a_turn(*decisions: object, **fields: object) -> tuple[Matter, ...]:
    defaults: dict[str, object] = {
        "ahead": HaltsAhead(),
        "let_go": (),
        "decisions": decisions,
        "unread": (),
        "left_alone": (),
        "memory": fleet_memory(),
        "orders": orders(),
        "now": NOW,
    }
    return turn_matters(**(defaults | fields))


# Of a turn.


def test_a_release_of_unknown_end_is_left_to_people_in_either_mode() -> None:
    memory = fleet_memory(unresolved=(intent(LATTE),))
    assert of_a_turn(memory=memory) == (PERHAPS,)
    assert of_a_turn(memory=memory, orders=orders(mode=Mode.OBSERVE)) == (PERHAPS,)


def test_a_brake_that_stops_what_is_due_is_one_matter_of_all_that_it_stops() -> None:
    docket = BOTH.with_entries([entry(LATER, Place.OPENING)])
    stops = of_a_turn(ahead=ahead(MANY, docket=docket))
    assert stops == (replace(matter([MANY], docket), problem="brake.halted"),)
    assert stops[0].what == "3 releases are halted, 2 of them due now"
    assert [one.handle for one in stops[0].accounts] == ["mocha", "latte", "later"]


def test_observing_nothing_is_halted_and_nothing_is_late() -> None:
    refused = decision(LATTE, standing=PeriodState(refused=True))
    watching = orders(mode=Mode.OBSERVE)
    assert of_a_turn(refused, ahead=ahead(MANY, docket=BOTH), orders=watching) == ()


def test_what_a_brake_of_one_project_stops_names_nothing_of_another() -> None:
    elsewhere = account("elsewhere", project="prj_beta", renews_in=5 * H)
    docket = Docket(entries=(entry(LATTE), entry(elsewhere)))
    paused = Halt(brake=kinds.PAUSED, measured="paused by maria: a fair", limit="resume", project=BETA)
    by = orders(target(), target(BETA))
    found = all_halted(ahead(paused, docket=docket), by, fleet_memory(), NOW)
    assert found is not None
    assert found.accounts == (told(elsewhere, 5 * H - 25 * M),)
    assert found.why == ("paused by maria: a fair in beta",)


def test_a_halt_stands_since_it_was_first_told() -> None:
    memory = fleet_memory(problems={"brake.halted": halt_of(LATTE)})
    found = all_halted(ahead(MANY, docket=BOTH), orders(), memory, NOW)
    assert found == replace(matter([MANY], BOTH), since=NOW - H, problem="brake.halted")


def test_who_withdrew_an_approval_is_named_with_what_is_halted_again() -> None:
    words = (
        said(OverrideKind.APPROVE, at=NOW - 2 * H, periods=(LATTE.period,)),
        said(OverrideKind.UNAPPROVE, at=NOW - H, periods=(LATTE.period,)),
    )

    def decided(*said_of_it: Override) -> str | None:
        memory = fleet_memory(overrides=Overrides(said=said_of_it))
        found = all_halted(ahead(MANY, docket=BOTH), orders(), memory, NOW)
        return found and found.decided

    withdrew = "maria withdrew the approval of releases, Mon 18 May 11:00 UTC: holiday campaign"
    assert decided(*words) == withdrew
    assert decided(*words, said(OverrideKind.UNAPPROVE, periods=(LATER.period,))) == withdrew
    assert decided(*words, said(OverrideKind.APPROVE, periods=(MOCHA.period,))) == ""
    assert decided(words[0]) == ""


def approved(*those: Account) -> dict[str, object]:
    """A turn in which only an approval lets these pass."""
    periods = tuple(one.period for one in those)
    word = said(OverrideKind.APPROVE, at=NOW - H, periods=periods)
    return {
        "let_go": tuple(entry(one) for one in those),
        "memory": fleet_memory(overrides=Overrides(said=(word,))),
    }


def test_what_only_an_approval_lets_pass_is_told_with_who_approved_it() -> None:
    passes = Matter(
        kind=MatterKind.LET_GO,
        what="2 releases ($300.00) pass the limits",
        accounts=(told(LATTE), told(MOCHA)),
        decided="maria approved releases past the limits, Mon 18 May 11:00 UTC: holiday campaign",
    )
    assert of_a_turn(**approved(LATTE, MOCHA)) == (passes,)
    assert not passes.asks


def test_what_will_be_halted_is_a_matter_before_its_window_opens() -> None:
    later = entry(LATER, Place.OPENING)
    docket = Docket(entries=(later,))
    (found,) = of_a_turn(ahead=ahead(MANY, docket=docket))
    assert found == matter([MANY], docket)
    assert found.kind is MatterKind.COMING_HALT


@pytest.mark.parametrize(
    ("standing", "ended", "how"),
    [
        (PeriodState(refused=True), Ending.REFUSED, "as the API refused"),
        (PeriodState(not_done=2), Ending.NOT_DONE, "as the DELETE had no effect"),
    ],
)
def test_a_release_that_is_not_tried_again_is_left_to_people_until_a_turn_before_its_window_closes(
    standing: PeriodState, ended: Ending, how: str
) -> None:
    """Whether the API refused it or two releases had no effect, which was told as a refusal too. It was said
    to be in time until the renewal: by then no DELETE is sent any more.
    """
    assert of_a_turn(decision(LATTE, standing=standing)) == (
        Matter(
            kind=MatterKind.REFUSED_RELEASE,
            what=f"@latte on tiktok was not released, {how}: it is not tried again without a person",
            ended=ended,
            accounts=(told(LATTE, 5 * H - 25 * M),),
            project=ACME,
            by=NOW + 5 * H - 25 * M,
            unless="@latte on tiktok is given back",
            otherwise="$150.00 will be paid",
            cents=15_000,
            ways=(
                WayOut(text="ask the provider why"),
                WayOut(
                    text="`lease-watcher resolve sa_latte --as not-released --reason WHY` tries it once more",
                    command="lease-watcher resolve sa_latte --as not-released --reason WHY",
                ),
            ),
        ),
    )


def test_a_refused_release_is_nothing_to_decide_once_its_window_is_closed() -> None:
    closed = account("closed", renews_in=10 * M)
    assert of_a_turn(decision(closed, standing=PeriodState(refused=True))) == ()


def test_what_no_policy_governs_is_no_matter_and_neither_is_what_goes_its_way() -> None:
    assert of_a_turn(decision(LATTE, policies=()), decision(MOCHA), decision(LATER)) == ()


UNANSWERED = PeriodState(notice=NotAccepted(missing=("ops",)))


def test_an_announcement_that_nobody_accepted_is_late_a_notice_before_the_window_opens() -> None:
    """Its policy wants a day's notice, and its window opens six hours before it renews."""
    late, in_good_time = account("slow", renews_in=30 * H), account("slow", renews_in=30 * H + M)
    assert of_a_turn(decision(in_good_time, standing=UNANSWERED)) == ()
    assert of_a_turn(decision(late, standing=UNANSWERED)) == (
        Matter(
            kind=MatterKind.LATE_NOTICE,
            what="the release of @slow on tiktok waits for ops to accept its announcement",
            accounts=(told(late, 6 * H - 25 * M),),
            project=ACME,
            by=NOW + 6 * H - 25 * M,
            unless="ops accepts its announcement",
            otherwise="$150.00 will not be saved",
            cents=15_000,
            ways=(
                WayOut(
                    text="`lease-watcher outbox` shows what is not delivered", command="lease-watcher outbox"
                ),
                WayOut(
                    text="`lease-watcher release sa_slow --reason WHY` "
                    "gives it back without waiting for that",
                    command="lease-watcher release sa_slow --reason WHY",
                ),
            ),
        ),
    )


@pytest.mark.parametrize("stands", [True, False])
def test_a_project_that_cannot_be_read_is_a_matter_since_people_were_told(stands: bool) -> None:
    unread = Unread(project=BETA, name="beta", code="NOT_FOUND", why="HTTP 404", leased=3)
    id_ = "project.unreadable:prj_beta"
    problems = {id_: problem(EventKind.PROJECT_UNREADABLE, id_)} if stands else {}
    assert of_a_turn(unread=[unread], memory=fleet_memory(problems=problems)) == (
        Matter(
            kind=MatterKind.UNREADABLE,
            what="project beta cannot be read: HTTP 404; 3 accounts were leased in it",
            project=BETA,
            since=NOW - H if stands else None,
            ways=(WayOut(text="check the project's id: the key's organisation has no such project"),),
        ),
    )


@pytest.mark.parametrize("stands", [True, False])
def test_an_account_that_is_left_alone_is_a_matter_since_people_were_told(stands: bool) -> None:
    one = Quarantined(project=ACME, id="sa_odd", handle="odd", flaw=Flaw.UNKNOWN_STATUS, field="status")
    id_ = "account.quarantined:prj_acme:sa_odd:unknown_status:status"
    problems = {id_: problem(EventKind.ACCOUNT_QUARANTINED, id_)} if stands else {}
    assert of_a_turn(left_alone=[one], memory=fleet_memory(problems=problems)) == (
        Matter(
            kind=MatterKind.QUARANTINE,
            what="@odd (sa_odd) is left alone, as the API's answer is not understood: "
            "its status is not one we know (status)",
            accounts=(told(account("odd", price_cents=0)),),
            project=ACME,
            since=NOW - H if stands else None,
            ways=(WayOut(text="ask the provider; an account that is not understood is never released"),),
        ),
    )


def test_what_is_decided_first_stands_first_and_what_has_no_moment_last() -> None:
    found = of_a_turn(
        decision(LATTE, standing=PeriodState(refused=True)),
        decision(account("slow", renews_in=30 * H), standing=UNANSWERED),
        ahead=ahead(MANY, docket=Docket(entries=(entry(MOCHA),))),
        unread=[Unread(project=BETA, name="beta", code="NOT_FOUND", why="HTTP 404")],
        memory=fleet_memory(unresolved=(intent(LATTE),)),
    )
    assert [one.kind for one in found] == [
        MatterKind.HALT,
        MatterKind.REFUSED_RELEASE,
        MatterKind.LATE_NOTICE,
        MatterKind.UNKNOWN_ENDING,
        MatterKind.UNREADABLE,
    ]


# By the ledger alone.


def test_a_release_of_unknown_end_is_remembered_and_told_once() -> None:
    standing = problem(EventKind.RELEASE_UNKNOWN, "release.unknown:sa_latte")
    memory = fleet_memory(unresolved=(intent(LATTE),), problems={standing.id: standing})
    assert remembered_matters(memory, {}, orders(), NOW) == (PERHAPS,)


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        (EventKind.PROJECT_UNREADABLE, MatterKind.UNREADABLE),
        (EventKind.ACCOUNT_QUARANTINED, MatterKind.QUARANTINE),
        (EventKind.CONFIG_REFUSED, MatterKind.CONFIGURATION),
        (EventKind.CLOCK_OFF, MatterKind.PROBLEM),
    ],
)
def test_what_stands_is_remembered_as_it_was_told(kind: EventKind, becomes: MatterKind) -> None:
    memory = fleet_memory(problems={"it": problem(kind, "it", project=BETA)})
    remembered = Matter(kind=becomes, what="as it was told", project=BETA, since=NOW - H, problem="it")
    assert remembered_matters(memory, {}, orders(), NOW) == (remembered,)


def remembered_halt(*those: Account, cents: int, by: timedelta | None) -> Matter:
    return Matter(
        kind=MatterKind.HALT,
        what="as it was told",
        accounts=tuple(told(one, one.renews_at - NOW - 25 * M) for one in those),
        since=NOW - H,
        by=None if by is None else NOW + by,
        cents=cents,
        problem="brake.halted",
    )


def test_a_remembered_halt_is_about_the_accounts_as_the_ledger_knows_them() -> None:
    memory = fleet_memory(problems={"brake.halted": halt_of(LATTE, MOCHA)})
    accounts = {one.id: [known(one)] for one in (LATTE, MOCHA)}
    assert remembered_matters(memory, accounts, orders(), NOW) == (
        remembered_halt(MOCHA, LATTE, cents=30_000, by=4 * H - 25 * M),
    )


def test_a_remembered_halt_is_not_about_what_is_approved_gone_moved_closed_or_forgotten() -> None:
    those = [account(word, renews_in=5 * H) for word in ("approved", "gone", "moved", "forgotten")]
    let_go, gone, moved, _forgotten = those
    closed = account("closed", renews_in=10 * M)
    memory = fleet_memory(
        problems={"brake.halted": halt_of(LATTE, closed, *those)},
        overrides=Overrides(said=(said(OverrideKind.APPROVE, periods=(let_go.period,)),)),
    )
    accounts = {
        LATTE.id: [known(replace(LATTE, project=BETA), gone_at=NOW - D), known(LATTE)],
        let_go.id: [known(let_go)],
        gone.id: [known(gone, gone_at=NOW - H)],
        moved.id: [known(replace(moved, renews_at=moved.renews_at + 30 * D))],
        closed.id: [known(closed)],
    }
    assert remembered_matters(memory, accounts, orders(), NOW) == (
        remembered_halt(LATTE, cents=15_000, by=5 * H - 25 * M),
    )


def test_what_no_policy_governs_any_more_is_halted_until_it_renews_and_nobody_says_by_when() -> None:
    memory = fleet_memory(problems={"brake.halted": halt_of(LATTE)})
    (found,) = remembered_matters(memory, {LATTE.id: [known(LATTE)]}, orders(target(BETA)), NOW)
    assert found == replace(remembered_halt(cents=15_000, by=None), accounts=(told(LATTE),))
    at_renewal = remembered_matters(memory, {LATTE.id: [known(LATTE)]}, orders(target(BETA)), LATTE.renews_at)
    assert at_renewal == (remembered_halt(cents=0, by=None),)


def test_the_last_moment_is_that_of_the_projects_own_policy_and_else_of_what_was_found_by_asking() -> None:
    wide = policy("wide", release=replace(policy().release, margin=H))
    found_by_asking = orders(target(BETA), discovered=(wide,))
    assert last_moment(LATTE, orders(), NOW) == LATTE.renews_at - 10 * M
    assert last_moment(LATTE, found_by_asking, NOW) == LATTE.renews_at - H
    assert last_moment(LATTE, orders(target(policies=())), NOW) is None


# In which words.


def test_without_a_moment_a_headline_says_only_what_must_happen() -> None:
    one = Matter(kind=MatterKind.PROBLEM, what="it is so", unless="somebody acts", otherwise="it stays")
    assert one.headline(NOW) == "it stays unless somebody acts"
    assert one.left(NOW) == ""
    assert replace(one, unless="").headline(NOW) == "it is so"
    assert (
        replace(one, by=NOW + 4 * H).headline(NOW) == "it stays unless somebody acts by Mon 18 May 16:00 UTC"
    )
    assert replace(one, by=NOW + 4 * H).left(NOW) == "in 4 h"


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (1, "the planned pause is ended in the configuration"),
        (2, "the planned pauses are ended in the configuration"),
    ],
)
def test_a_planned_pause_is_ended_where_it_stands(count: int, says: str) -> None:
    """It said "unless the pause is ended", and `resume` cannot end one that the configuration planned."""
    assert unless_ended((kinds.PAUSED,) * count, [("kai", False), ("lena", False)], planned=True) == says


@pytest.mark.parametrize(
    ("brakes", "says"),
    [
        ((kinds.TOO_MANY, kinds.VALUE), "2 releases are approved"),
        ((kinds.PAUSED,), "the pause is ended"),
        ((kinds.PAUSED, kinds.PAUSED), "the pauses are ended"),
        ((kinds.TOO_MANY, kinds.PAUSED), "2 releases are approved and the pause is ended"),
        ((None,), "what halts 2 releases is put right"),
        ((kinds.HISTORY,), "brakes.min_history is lowered"),
        ((kinds.HISTORY, kinds.TOO_MANY), "what halts 2 releases is put right"),
    ],
)
def test_what_must_happen_is_what_lifts_every_brake(brakes: tuple[Brake | None, ...], says: str) -> None:
    assert unless_ended(brakes, [("kai", True), ("lena", True)]) == says


def test_an_approval_is_asked_for_of_no_more_than_it_lets_go() -> None:
    """It said "12 releases are approved and the pause is ended": a limit stopped 11, and 1 only the pause."""
    releases = [("kai", True), ("lena", True), ("paused", False)]
    says = "2 releases are approved and the pause is ended"
    assert unless_ended((kinds.TOO_MANY, kinds.PAUSED), releases) == says


def test_what_only_a_person_wanted_released_only_another_word_tries_again() -> None:
    asked = refused_release("@latte", told(LATTE), by=None, asked=True)
    assert asked.ways[1].text == (
        "`lease-watcher resolve sa_latte --as not-released --reason WHY`, "
        "then `lease-watcher release sa_latte --reason WHY` tries it once more"
    )


def test_several_who_must_accept_are_all_named() -> None:
    late = late_notice(LATTE, ("ops", "mail"), by=None)
    assert late.what == "the release of @latte on tiktok waits for ops and mail to accept its announcement"
    assert late.unless == "ops and mail accept its announcement"
    nobody = late_notice(LATTE, (), by=None)
    assert nobody.unless == "a notifier that counts accepts its announcement"


def test_a_refused_configuration_says_what_waits_for_a_good_one() -> None:
    closes = [NOW + 4 * H, NOW + 5 * H]
    waits = refused_configuration("line 3: no such key", closes, 30_000, NOW, poll=15 * M, problem="it")
    assert waits == Matter(
        kind=MatterKind.CONFIGURATION,
        what="the changed configuration is refused: line 3: no such key",
        by=NOW + 4 * H - 15 * M,
        several=True,
        unless="a good configuration is read",
        otherwise="2 planned releases ($300.00) will not be done",
        cents=30_000,
        ways=(WayOut(text="`lease-watcher check` lists every mistake", command="lease-watcher check"),),
        problem="it",
    )
    assert waits.headline(NOW) == (
        "2 planned releases ($300.00) will not be done unless a good configuration is read, "
        "the first by Mon 18 May 15:45 UTC"
    )
    nothing_waits = refused_configuration("line 3: no such key", [], 0, NOW, poll=15 * M)
    assert (nothing_waits.unless, nothing_waits.otherwise) == ("", "")
    assert nothing_waits.headline(NOW) == nothing_waits.what


def test_an_item_without_an_id_is_a_matter_of_its_project_only() -> None:
    one = Quarantined(project=ProjectId("prj_acme"), id=None, handle="odd", flaw=Flaw.UNUSABLE_ID, field="id")
    found = quarantined(one, "it is left alone")
    assert (found.what, found.accounts, found.project) == ("it is left alone", (), ACME)


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        (
            "FORBIDDEN_SCOPE FORBIDDEN http_403",
            "give the key the scope leased:write (for discovery: projects:read)",
        ),
        ("NOT_FOUND http_404", "check the project's id: the key's organisation has no such project"),
        ("UNAUTHENTICATED http_401", "replace the key: the API does not know it"),
        ("KILL_SWITCH", "ask the provider why the key is suspended"),
        (
            "RATE_LIMITED http_429",
            "nothing: the next turn tries again; if it lasts, set api.tier or poll less often",
        ),
        (
            "html_body empty_body unreadable_body truncated oversized too_slow",
            "check api.base_url and any proxy: the answer is not the API's",
        ),
        ("INTERNAL http_500", "nothing now: the next turn tries again; if it lasts, ask the provider"),
    ],
)
def test_what_to_do_about_an_unreadable_project_follows_from_the_code(codes: str, says: str) -> None:
    assert {remedy(code) for code in codes.split()} == {says}


def test_of_several_brakes_each_names_what_it_stops_and_what_goes_on_is_told_apart() -> None:
    """Of a critical with two brakes nobody knew which releases were the pause's, which the limit's, by when
    each had to be decided, nor which of them go on by themselves.
    """
    limit = Halt(brake=kinds.TOO_MANY, measured="21 releases", limit="20")
    ends, begins = NOW + 30 * H, NOW + 2 * H
    (pause,) = planned_halts([PauseInForce(project=None, why="move", until=ends, begins=begins)], NOW)
    ahead = HaltsAhead(
        releases=(
            HaltedRelease(entry=entry(MOCHA), halts=(limit,)),
            HaltedRelease(entry=entry(LATTE), halts=(limit,), goes_on=NOW + H),
            HaltedRelease(entry=entry(LATER, Place.OPENING), halts=(pause,)),
        )
    )
    found = all_halted(ahead, orders(), fleet_memory(), NOW)
    assert found is not None
    assert found.why == (
        "too many releases (21 releases, limit 20), which stops @mocha ($150.00, by Mon 18 May 15:35 UTC)",
        "planned pause from Mon 18 May 14:00 UTC until Tue 19 May 18:00 UTC: move, "
        "which stops @later ($150.00, by Tue 19 May 07:35 UTC)",
    )
    marks = {one.handle: "itself" if one.goes_on else one.brakes for one in found.accounts}
    assert marks == {"mocha": ("too many releases",), "later": ("paused",), "latte": "itself"}
    assert "1 of them goes on by itself in time (@latte), and not @mocha, @later: " in (
        halt_event(found, ahead.told, NOW).text
    )


def test_of_two_that_one_brake_stops_the_first_moment_is_told_as_the_first() -> None:
    limit, value = (Halt(brake=kind, measured="3", limit="2") for kind in (kinds.TOO_MANY, kinds.VALUE))
    ahead = HaltsAhead(
        releases=(
            HaltedRelease(entry=entry(MOCHA), halts=(limit,)),
            HaltedRelease(entry=entry(LATER, Place.OPENING), halts=(limit,)),
            HaltedRelease(entry=entry(LATTE), halts=(value,)),
        )
    )
    found = all_halted(ahead, orders(), fleet_memory(), NOW)
    assert found is not None
    assert found.why[0] == (
        "too many releases (3, limit 2), which stops @mocha, @later "
        "($300.00, the first by Mon 18 May 15:35 UTC)"
    )


def test_of_several_policies_that_may_govern_it_the_last_moment_is_the_earliest() -> None:
    later = replace(STANDARD, release=replace(STANDARD.release, margin=20 * M))
    shadow = replace(STANDARD, name="shadow", match=Match(health=(HealthTier.COLD,)))
    for policies in ((shadow, later), (replace(later, match=shadow.match), STANDARD)):
        assert last_moment(LATTE, orders(target(policies=policies)), NOW) == LATTE.renews_at - 20 * M
