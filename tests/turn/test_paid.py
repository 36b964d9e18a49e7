"""Every renewal of an account not evidenced in use is one `paid` outcome, with its price and its cause."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clock import FakeClock
from tests.stage import (
    ACME,
    BETA,
    GRIND,
    LATTE,
    NOW,
    OPENS,
    RENEWS,
    TICK,
    D,
    H,
    M,
    S,
    Stage,
    account,
    in_memory,
    listed_by,
    published,
)
from watcher.decide.exits import exit_of
from watcher.decide.status import Status
from watcher.messages.cause_words import WOULD_PREVENT
from watcher.messages.matters import MatterKind
from watcher.record.exit_codes import Exit
from watcher.record.intents import Ending
from watcher.record.outcomes import Cause
from watcher.record.overrides import OverrideKind
from watcher.sandbox import (
    Corrupt,
    DropBefore,
    Fault,
    Health,
    LostAnswer,
    RateLimited,
    ServerError,
    StaleList,
    Suspended,
    corruptions,
)
from watcher.turn.status import look
from watcher.wiring.orders import orders_from

LISTS = "leased-accounts"


def paid(stage: Stage, handle: str = "latte") -> list[str]:
    """The causes told, in their order."""
    return [event["facts"]["cause"] for event in stage.told("renewal.paid") if event["handle"] == handle]


def held(stage: Stage) -> None:
    stage.turn()
    stage.say(OverrideKind.HOLD, account=LATTE.id)
    watched(stage)


def protected(stage: Stage) -> None:
    stage.configure({"policies.standard.protect.handles": ["latte"]})
    watched(stage)


def protected_by_doubt(stage: Stage) -> None:
    stage.configure({"policies.standard.protect.min_followers": 1})
    stage.fault(Corrupt(path=LISTS, mutate=corruptions.missing("followers", account=LATTE.id)))
    watched(stage)


def not_enrolled(stage: Stage) -> None:
    stage.configure({"projects.acme.enrolled": False})
    watched(stage)


def policy(stage: Stage) -> None:
    stage.configure({"policies.standard.release.when": "never"})
    watched(stage)


def unknown(stage: Stage) -> None:
    stage.fault(ServerError(path="scheduled-posts"))
    watched(stage)


def braked(stage: Stage) -> None:
    stage.configure({"brakes.max_releases": 0})
    watched(stage)


def paused(stage: Stage) -> None:
    stage.turn()
    stage.say(OverrideKind.PAUSE)
    watched(stage)


def begun_too_late(stage: Stage) -> None:
    stage.configure({"brakes.min_history": "0s"})
    stage.move_to(OPENS)
    watched(stage, every=H)


def notice_not_accepted(stage: Stage) -> None:
    stage.configure({"policies.standard.release.notice": "6h"})
    stage.configure({"notifiers.ops.url": "http://127.0.0.1:9/nobody-listens"})
    watched(stage)
    stage.configure({"notifiers.ops.url": f"{stage.url}/_sandbox/inbox"})


def observing(stage: Stage) -> None:
    stage.configure({"mode": "observe"})
    watched(stage)


def observing_seldom(stage: Stage) -> None:
    """No turn came in its window: the watcher was said not to have run, and a next chance was promised."""
    stage.configure({"mode": "observe"})
    watcher_down(stage)


def observing_without_the_api(stage: Stage) -> None:
    stage.configure({"mode": "observe"})
    api_down(stage)


def hot(stage: Stage) -> None:
    stage.configure({"policies.standard.evidence": ["posts", "health"]})
    stage.change(LATTE, health=Health(tier="hot"))
    watched(stage)


def health_unknown(stage: Stage) -> None:
    stage.configure({"policies.standard.evidence": ["posts", "health"]})
    stage.fault(ServerError(path="/health$", status=403, code="FORBIDDEN_SCOPE"))
    watched(stage)


def refused(stage: Stage) -> None:
    stage.fault(ServerError(method="DELETE", status=403, code="FORBIDDEN"))
    watched(stage)


def not_allowed(stage: Stage) -> None:
    stage.fault(ServerError(method="DELETE", status=403, code="FORBIDDEN_SCOPE"))
    watched(stage)


def in_vain(stage: Stage) -> None:
    stage.fault(DropBefore(method="DELETE"))
    watched(stage, every=2 * H)


def project_unreadable(stage: Stage) -> None:
    stage.watch_until(OPENS - H)
    stage.fault(ServerError(path=LISTS))
    watched(stage, every=2 * H)
    stage.sandbox.clear_faults()


def api_down(stage: Stage) -> None:
    stage.watch_until(OPENS - H)
    stage.fault(DropBefore(path="^/v1/"))
    watched(stage, every=2 * H)
    stage.sandbox.clear_faults()


def barred(stage: Stage, fault: Fault) -> None:
    stage.watch_until(OPENS - H)
    stage.fault(fault)
    watched(stage, every=2 * H)
    stage.sandbox.clear_faults()


def key_rejected(stage: Stage) -> None:
    barred(stage, ServerError(path="^/v1/", status=401, code="UNAUTHENTICATED"))


def key_suspended(stage: Stage) -> None:
    barred(stage, Suspended(path="^/v1/"))


def key_may_not_list(stage: Stage) -> None:
    barred(stage, ServerError(path=LISTS, status=403, code="FORBIDDEN_SCOPE"))


def watcher_down(stage: Stage) -> None:
    stage.watch_until(OPENS - H)
    stage.move_to(RENEWS + M)


def restored_before(stage: Stage) -> None:
    """The ledger was put back, a turn came and announced it anew, and then none."""
    stage.say(OverrideKind.RESTORED)
    watcher_down(stage)


def ledger_put_back(stage: Stage) -> None:
    stage.watch_until(OPENS - H)
    stage.say(OverrideKind.RESTORED)
    stage.turn_at(OPENS - 30 * M)
    watched(stage)


def ledger_put_back_unseen(stage: Stage) -> None:
    watcher_down(stage)
    stage.say(OverrideKind.RESTORED)


def undone(stage: Stage) -> None:
    stage.turn()
    stage.turn_at(OPENS)
    stage.change(LATTE, status="assigned", disconnected_reason=None, disconnected_at=None)
    stage.turn_at(OPENS + H)
    stage.move_to(RENEWS + M)


def listed_twice(stage: Stage) -> None:
    stage.configure({"projects.beta.id": BETA})
    stage.fault(listed_by(BETA, LATTE))
    watched(stage)
    stage.sandbox.clear_faults()
    stage.turn()


def watched(stage: Stage, *, every: timedelta = 4 * H) -> None:
    stage.watch_until(RENEWS - M, every=every)
    stage.turn()
    stage.move_to(RENEWS + M)


CAUSES: dict[Cause, tuple[Callable[[Stage], None], ...]] = {
    Cause.HELD: (held,),
    Cause.PROTECTED: (protected, protected_by_doubt, hot),
    Cause.NOT_ENROLLED: (not_enrolled,),
    Cause.POLICY: (policy,),
    Cause.UNKNOWN_ACTIVITY: (unknown,),
    Cause.UNKNOWN_HEALTH: (health_unknown,),
    Cause.BRAKED: (braked, paused),
    Cause.NOTICE_LATE: (notice_not_accepted,),
    Cause.CHANGED_TOO_LATE: (begun_too_late,),
    Cause.OBSERVING: (observing, observing_seldom, observing_without_the_api),
    Cause.REFUSED: (refused, in_vain),
    Cause.KEY_REFUSED: (key_rejected,),
    Cause.KEY_SUSPENDED: (key_suspended,),
    Cause.KEY_LACKS_SCOPE: (key_may_not_list, not_allowed),
    Cause.UNDONE: (undone,),
    Cause.LISTED_TWICE: (listed_twice,),
    Cause.API_DOWN: (project_unreadable, api_down),
    Cause.WATCHER_DOWN: (watcher_down, restored_before),
    Cause.RESTORED: (ledger_put_back, ledger_put_back_unseen),
}


@pytest.mark.parametrize(
    ("cause", "story"),
    [pytest.param(cause, story, id=story.__name__) for cause, stories in CAUSES.items() for story in stories],
)
def test_a_renewal_is_paid_once_with_its_price_and_cause(
    stage: Stage, cause: Cause, story: Callable[[Stage], None]
) -> None:
    """With the whole API away, not one project alone, it was said that the watcher had been down."""
    story(stage)
    report = stage.turn()
    stage.sandbox.clear_faults()
    stage.turn_at(RENEWS + H)
    [outcome] = report.outcomes
    assert (outcome.period.account, outcome.period.renews_at) == (LATTE.id, RENEWS)
    assert (outcome.price_cents, outcome.cause, outcome.estimated) == (15_000, cause, False)
    assert paid(stage) == [cause.value]
    assert stage.history(LATTE.id).count("renewal.paid") == 1
    assert stage.debited == [LATTE.id]


def test_what_an_older_ledger_lost_is_told_as_that_and_promises_nothing(stage: Stage) -> None:
    """A ledger was put back by hand before the window opened: what it had announced was told, paid and summed
    up as "watcher not running" though turns ran before and after; and one turn said that it would be
    announced anew if still due, and that it could no longer be announced in time.
    """
    ledger_put_back(stage)
    stage.turn()
    stage.turn_at(RENEWS + H)
    noticed = "(the ledger was put back)"
    [missed] = [event["text"] for event in stage.told("deadline.missed")]
    assert noticed in missed
    assert "; noticed Tue 19 May 11:00 UTC; it could no longer be announced in time" in missed
    [withdrawn] = [event["text"] for event in stage.told("release.withdrawn")]
    assert "the ledger may be an older copy; $150.00 is due in" in withdrawn
    assert "announced anew" not in withdrawn
    [told] = [event["text"] for event in stage.told("renewal.paid")]
    assert noticed in told


def test_where_there_is_time_it_is_announced_anew_and_says_so(stage: Stage) -> None:
    stage.change(LATTE, next_renewal_at=RENEWS + 2 * D)
    stage.watch_until(NOW + D + H)
    stage.say(OverrideKind.RESTORED)
    stage.turn_at(NOW + D + 2 * H)
    stage.turn()
    [withdrawn] = [event["text"] for event in stage.told("release.withdrawn")]
    assert "it will be announced anew if it is still due" in withdrawn


def test_an_api_that_was_away_for_more_than_a_month_is_the_cause_of_each_renewal(stage: Stage) -> None:
    """From the second on it was said that the watcher had not run."""
    stage.watch_until(OPENS - H)
    stage.fault(DropBefore(path="^/v1/"))
    stage.turn_at(OPENS)
    stage.sandbox.clear_faults()
    stage.turn_at(RENEWS + 40 * D)
    assert paid(stage) == ["api_down", "api_down"]


SINCE = "since Tue 19 May 11:00 UTC"


@pytest.mark.parametrize(
    ("story", "told", "since", "prevents"),
    [
        (key_rejected, "(key rejected)", f"; rejected {SINCE}", "a key that the API accepts"),
        (key_suspended, "(key suspended)", f"; suspended {SINCE}", "the key's suspension lifted in time"),
        (
            key_may_not_list,
            "(the key may not list what is leased)",
            f"; without that scope {SINCE}",
            "a key with the scope leased:write",
        ),
        (not_allowed, "(the key may not release)", "", "a key with the scope leased:write"),
    ],
)
def test_what_the_key_was_the_cause_of_is_told_as_that(
    stage: Stage, story: Callable[[Stage], None], told: str, since: str, prevents: str
) -> None:
    """A key that the API rejected, or the provider suspended, through the whole window was told as "API
    unreadable", and as what an API that can be read would have prevented; what the key might not release, as
    what an API would have that accepts its release.
    """
    story(stage)
    [outcome] = stage.turn().outcomes
    assert outcome.cause is not None
    assert WOULD_PREVENT[outcome.cause] == prevents
    stage.turn_at(RENEWS + H)
    for kind in ("renewal.paid", "deadline.missed"):
        [text] = [event["text"] for event in stage.told(kind)]
        assert told in text
        assert since in text


@pytest.mark.parametrize("key_first", [True, False])
def test_of_a_key_and_an_api_that_failed_one_after_the_other_it_was_the_first(
    stage: Stage, key_first: bool
) -> None:
    stage.watch_until(OPENS - H)
    faults = [ServerError(path="^/v1/", status=401, code="UNAUTHENTICATED"), DropBefore(path="^/v1/")]
    for at, fault in zip((OPENS - H, OPENS + H), faults if key_first else faults[::-1], strict=True):
        stage.sandbox.clear_faults()
        stage.fault(fault)
        stage.turn_at(at)
    stage.sandbox.clear_faults()
    stage.turn_at(RENEWS + H)
    assert paid(stage) == ["key_refused" if key_first else "api_down"]


@pytest.mark.parametrize("story", [observing, observing_seldom])
def test_observe_mode_has_no_next_chance(stage: Stage, story: Callable[[Stage], None]) -> None:
    story(stage)
    stage.turn()
    [told] = stage.told("renewal.paid")
    assert "(observe mode)" in told["text"]
    assert "next chance" not in told["text"]


def test_every_cause_has_its_story() -> None:
    """An unresolved intent is resolved, or its account gone, before a renewal can be paid for it."""
    assert set(Cause) - CAUSES.keys() == {Cause.UNRESOLVED, Cause.UNEXPLAINED}


def test_a_renewal_of_an_account_in_use_is_no_outcome(stage: Stage) -> None:
    stage.add(posts=[replace(published(LATTE, D), id="post_fresh")])
    stage.watch_until(RENEWS + M)
    assert stage.turn().outcomes == ()
    assert paid(stage) == []


def test_a_release_is_an_outcome_and_no_renewal_follows(stage: Stage) -> None:
    stage.watch_until(RENEWS + M, every=4 * H)
    report = stage.turn()
    assert (report.outcomes, stage.debited) == ((), [])
    assert stage.history(LATTE.id).count("release.released") == 1


@pytest.mark.parametrize(
    ("story", "missed"), [(watcher_down, True), (held, False), (observing, False), (not_enrolled, False)]
)
def test_a_renewal_that_an_announced_release_should_have_saved_is_a_missed_one(
    stage: Stage, story: Callable[[Stage], None], missed: bool
) -> None:
    story(stage)
    assert (exit_of(stage.turn()) is Exit.MISSED) is missed


@pytest.mark.parametrize("meanwhile", ["nothing", "the API is away"])
def test_a_refusal_is_why_also_where_the_next_turn_comes_after_the_renewal(
    stage: Stage, meanwhile: str
) -> None:
    """The API refused a release in its window, nobody tried it again, and the next turn came after the debit:
    the watcher was said not to have run.
    """
    stage.fault(ServerError(method="DELETE", status=409, code="CONFLICT"))
    stage.watch_until(OPENS, every=4 * H)
    stage.turn_at(OPENS + M)
    if meanwhile == "the API is away":
        stage.fault(ServerError(path=LISTS))
        stage.turn_at(OPENS + H)
        stage.sandbox.clear_faults()
    stage.turn_at(RENEWS + H)
    assert paid(stage) == ["refused"]


def test_two_attempts_in_vain_are_why_where_the_next_turn_comes_after_the_renewal(stage: Stage) -> None:
    """Only a turn that came after the second one, before the debit, had noted it: else unexplained."""
    stage.fault(DropBefore(method="DELETE"))
    stage.watch_until(OPENS, every=4 * H)
    stage.turn_at(OPENS + M)
    stage.turn_at(OPENS + H)
    stage.turn_at(RENEWS + H)
    assert (paid(stage), stage.deletes) == (["refused"], 2)


@pytest.mark.parametrize(
    ("fault", "turns"),
    [(ServerError(method="DELETE", status=409, code="CONFLICT"), 1), (DropBefore(method="DELETE"), 2)],
    ids=["refused", "in vain"],
)
def test_where_somebody_allowed_another_try_the_watcher_that_was_down_is_why(
    stage: Stage, fault: Any, turns: int
) -> None:
    stage.fault(fault)
    stage.watch_until(OPENS, every=4 * H)
    for number in range(turns):
        stage.turn_at(OPENS + M + number * H)
    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)
    stage.turn_at(RENEWS + H)
    assert paid(stage) == ["watcher_down"]


@pytest.mark.parametrize(
    ("fault", "turns", "says"),
    [
        (ServerError(method="DELETE", status=409, code="CONFLICT"), 1, "the API refused"),
        (DropBefore(method="DELETE"), 2, "the DELETE had no effect"),
    ],
    ids=["refused", "in vain"],
)
def test_a_release_that_no_turn_tries_again_is_decided_by_a_person_until_its_window_closes(
    stage: Stage, fault: Any, turns: int, says: str
) -> None:
    """It was missing from the turn in which it was refused, and from `status`, which had it among ordinary
    openings: nobody learned there that a person must act before the window closes.
    """
    stage.fault(fault)
    stage.watch_until(OPENS, every=4 * H)
    for number in range(turns):
        report = stage.turn_at(OPENS + M + number * H)
    [matter] = report.matters
    assert (matter.kind, matter.asks) == (MatterKind.REFUSED_RELEASE, True)
    assert says in matter.what

    def status() -> Status:
        with stage.reader() as ledger:
            return look(ledger, orders_from(stage.settings()), stage.clock.now())

    assert [one.account for one in status().openings] == []
    assert status().matters == report.matters
    stage.turn_at(OPENS + M + turns * H)
    assert [one.what for one in status().matters] == [matter.what]
    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=LATTE.id)
    assert [one.account.id for one in status().openings] == [LATTE.id]
    assert status().matters == ()
    stage.move_to(RENEWS - M)
    assert status().matters == ()


@pytest.mark.parametrize(("mode", "missed"), [("enforce", True), ("observe", False)])
def test_so_is_one_that_needed_no_announcement(stage: Stage, mode: str, missed: bool) -> None:
    """With `notice = "0s"` the watcher was down until the renewal was paid, and the turn ended in 0."""
    stage.configure({"policies.standard.release.notice": "0s", "mode": mode})
    stage.watch_until(OPENS - H)
    stage.configure({"mode": "enforce"})
    stage.move_to(RENEWS + M)
    report = stage.turn()

    assert paid(stage) == ["watcher_down" if missed else "observing"]
    assert (exit_of(report) is Exit.MISSED) is missed


def test_renewals_during_a_long_absence_are_all_told_the_later_ones_as_estimates(stage: Stage) -> None:
    stage.watch_until(OPENS - H)
    stage.move_to(RENEWS + 70 * D)
    report = stage.turn()
    told = [
        (outcome.period.renews_at, outcome.estimated)
        for outcome in report.outcomes
        if outcome.handle == "latte"
    ]
    assert told == [(RENEWS, False), (RENEWS + 31 * D, True), (RENEWS + 61 * D, True)]
    assert paid(stage) == ["watcher_down"] * 3
    assert stage.debited.count(LATTE.id) == 3


def test_the_price_is_the_one_known_before_the_renewal(stage: Stage) -> None:
    stage.watch_until(OPENS - H)
    stage.move_to(RENEWS + M)
    stage.change(LATTE, price_cents=16_000)
    [outcome] = stage.turn().outcomes
    assert outcome.price_cents == 15_000


def test_a_price_shown_while_the_renewal_is_pending_is_the_next_period_s(stage: Stage) -> None:
    """The renewal passed, the list lagged and had the new price under the old date: $160 were told."""
    stage.watch_until(OPENS - H)
    pending = {"nextRenewalAt": RENEWS.isoformat(), "monthlyPriceCents": 16_000}
    stage.change(LATTE, price_cents=15_000)
    stage.move_to(RENEWS + M)
    stage.fault(Corrupt(path=f"{ACME}/{LISTS}", mutate=changed(pending), times=1))
    assert stage.turn().outcomes == ()
    stage.change(LATTE, price_cents=16_000)
    [outcome] = stage.turn_at(RENEWS + 16 * M).outcomes
    assert (outcome.price_cents, outcome.cause) == (15_000, Cause.WATCHER_DOWN)
    stage.turn_at(RENEWS + 31 * M)
    assert [event["text"] for event in stage.told("price.changed")] == [
        "price of @latte on tiktok is now $160.00 a month; it was $150.00; ask the provider, unless "
        "that was agreed"
    ]


def changed(facts: dict[str, Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def mutate(body: dict[str, Any]) -> dict[str, Any]:
        items = [one | facts if one["socialAccountId"] == LATTE.id else one for one in body["items"]]
        return body | {"items": items}

    return mutate


@pytest.mark.parametrize("path", ["whoami", LISTS, "scheduled-posts"])
@pytest.mark.parametrize("before", [20 * S, TICK], ids=["20 s", "a tick"])
def test_a_renewal_inside_a_turn_is_paid_and_not_moved(stage: Stage, path: str, before: timedelta) -> None:
    """A turn began 20 s before a renewal and waited 30 s for the rate limit: what it read then was held
    against when it had begun. The debit had no outcome, ever, and was told as a renewal that had moved.
    """
    stage.watch_until(OPENS - H)
    stage.move_to(RENEWS - before)
    stage.fault(RateLimited(path=path, retry_after="30", times=1))
    outcomes = [*stage.turn().outcomes, *stage.turn_at(RENEWS + H).outcomes]
    assert [(one.period.renews_at, one.cause) for one in outcomes] == [(RENEWS, Cause.WATCHER_DOWN)]
    assert (stage.debited, stage.told("renewal.moved")) == ([LATTE.id], [])


@pytest.mark.parametrize("slow", [50 * S, 2 * H], ids=["as allowed", "hours"])
def test_a_clock_that_is_slow_takes_no_renewal_for_a_moved_one(stage: Stage, slow: timedelta) -> None:
    stage.watch_until(OPENS - H)
    stage.move_to(RENEWS)
    behind = replace(stage, clock=FakeClock(RENEWS - slow))
    report = behind.turn()
    assert report.skew in (slow, slow - S)
    assert [one.cause for one in report.outcomes] == [Cause.WATCHER_DOWN]
    assert (stage.debited, stage.told("renewal.moved")) == ([LATTE.id], [])


def test_a_missed_release_at_term_of_an_account_in_use_is_told(stage: Stage) -> None:
    """`when = "always"`, announced, the watcher down over window and renewal: debited, exit 0, not a word."""
    stage.configure({"policies.standard.release.when": "always"})
    stage.add(posts=[replace(published(LATTE, 2 * D), id="post_fresh")])
    stage.watch_until(OPENS - H)
    report = stage.turn_at(RENEWS + M)
    [told] = [event for event in stage.told("renewal.paid") if event["handle"] == "latte"]
    assert told["text"] == (
        "$150.00 paid for @latte on tiktok, which was to be given back at its term (watcher not running); "
        "next chance: before the renewal of about Fri 19 Jun"
    )
    assert (exit_of(report), stage.debited) == (Exit.MISSED, [LATTE.id])


def test_only_accounts_not_evidenced_in_use_count(stage: Stage) -> None:
    """`@daily` is in use when its own renewal comes, `@grind` is not."""
    stage.configure({"projects.acme.enrolled": False})
    stage.watch_until(NOW + 21 * D, every=12 * H)
    stage.turn()
    assert paid(stage, "grind") == ["not_enrolled"]
    assert paid(stage, "daily") == []
    assert GRIND.id in stage.debited


@pytest.fixture
def moving(tmp_path: Path) -> Iterator[Stage]:
    """An account far from its renewal, whose facts drift."""
    steady = account("steady", renews_in=20 * D)
    with in_memory(tmp_path, steady, LATTE, posts=[published(LATTE, 40 * D)]) as stage:
        stage.turn()
        yield stage


STEADY = account("steady", renews_in=20 * D)
DRIFT: dict[str, tuple[Callable[[Stage], Any], str, str]] = {
    "a new lease": (
        lambda stage: stage.add(account("fresh", renews_in=29 * D, assigned_at=NOW)),
        "lease.new",
        "new lease: @fresh on tiktok, $150.00 a month; renews in 28 d 23 h, Tue 16 Jun 12:00 UTC",
    ),
    "another lease under a known id": (
        lambda stage: stage.change(STEADY, assigned_at=NOW),
        "lease.new",
        "new lease: @steady on tiktok, $150.00 a month; renews in 19 d 23 h, Sun 7 Jun 12:00 UTC",
    ),
    "another price": (
        lambda stage: stage.change(STEADY, price_cents=17_550),
        "price.changed",
        "price of @steady on tiktok is now $175.50 a month; it was $150.00; ask the provider, unless "
        "that was agreed",
    ),
    "a moved renewal": (
        lambda stage: stage.change(STEADY, next_renewal_at=NOW + 19 * D),
        "renewal.moved",
        "renewal of @steady on tiktok for $150.00 moved to Sat 6 Jun 12:00 UTC; it was Sun 7 Jun 12:00 UTC; "
        "earlier warnings and notices no longer count; ask the provider, unless that was agreed",
    ),
    "an account gone": (
        lambda stage: stage.remove(STEADY),
        "account.gone",
        "@steady on tiktok is no longer listed, and the lease watcher did not release it; it cost $150.00 a "
        "month, next in 19 d 23 h, Sun 7 Jun 12:00 UTC; ask the provider, unless that was done on "
        "purpose",
    ),
}


@pytest.mark.parametrize("name", DRIFT)
def test_drift_is_told_once(moving: Stage, name: str) -> None:
    change, kind, text = DRIFT[name]
    change(moving)
    for quarter in range(3):
        moving.turn_at(NOW + (1 + quarter) * 15 * M)
    assert [event["text"] for event in moving.told(kind)] == [text]
    others = {event["kind"] for event in moving.told()} - {kind}
    assert others <= {"release.announced", "renewal.warning"}


def test_the_first_turn_knows_no_news(moving: Stage) -> None:
    assert {event["kind"] for event in moving.told()} == {"release.announced", "renewal.warning"}


def test_a_renewal_that_took_place_is_not_a_moved_one(moving: Stage) -> None:
    moving.turn_at(RENEWS + M)
    assert moving.told("renewal.moved") == []


def test_an_account_that_comes_back_and_goes_again_is_told_both_times(moving: Stage) -> None:
    for number in range(2):
        moving.remove(STEADY)
        moving.turn_at(NOW + (2 * number + 1) * H)
        moving.add(STEADY)
        moving.turn_at(NOW + (2 * number + 2) * H)
    assert len(moving.told("account.gone")) == 2


def test_what_we_released_is_not_gone_by_somebody_else(stage: Stage) -> None:
    stage.watch_until(OPENS)
    stage.turn()
    stage.turn_at(OPENS + 15 * M)
    assert stage.released == [LATTE.id]
    assert stage.told("account.gone") == []


def test_a_release_whose_effect_the_lists_show_late_is_ours(stage: Stage) -> None:
    """The answer was lost and the lists lagged for longer than they say: no effect, and then it was gone. It
    was told as gone by somebody else.
    """
    stage.watch_until(OPENS)
    stage.fault(LostAnswer(method="DELETE", times=1))
    stage.fault(StaleList(method="GET", path=LISTS, as_of="last release", after=2))
    assert [one.ended for one in stage.turn().attempts] == [Ending.NOT_DONE]
    stage.sandbox.clear_faults()
    report = stage.turn_at(OPENS + 15 * M)
    assert (report.missed, report.halts.halts, stage.deletes) == ((), (), 1)
    with stage.ledger() as ledger:
        assert (ledger.counts().released, ledger.counts().released_cents) == (1, 15_000)
    assert [len(stage.told(kind)) for kind in ("release.done", "account.gone")] == [1, 0]
