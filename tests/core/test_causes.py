"""Why a renewal was paid that a brake or a person kept from being saved: which one, and what people said."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import IDLE, NOW, D, H, M, account, decision, policy
from tests.core.world import announced, known
from watcher.brakes import Halt
from watcher.brakes.kinds.clock_unproved import CLOCK_UNPROVED
from watcher.brakes.kinds.fleet_drop import FLEET_DROP
from watcher.brakes.kinds.paused import PAUSED
from watcher.brakes.kinds.project_share import PROJECT_SHARE
from watcher.brakes.kinds.too_many import TOO_MANY
from watcher.facts.accounts import ProjectId
from watcher.facts.activity import Seen, Unknown, Use, WhyUnknown
from watcher.facts.health import HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.memory.causes import (
    explained,
    halted_before_sending,
    halted_by,
    halted_title,
    not_accepted,
    not_sent,
    noted_of,
    over,
    told_by,
)
from watcher.memory.remembered import Known, KnownRules, ProjectMemory
from watcher.messages.explained import in_full, in_short
from watcher.messages.words import REASON, SAID
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending, WhyNotSent
from watcher.record.outcomes import Cause, Explanation
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.reasons import Reason
from watcher.rules.plan import Decision, Mode
from watcher.rules.policy import Protect, ReleaseWhen

ONE = account("latte", renews_in=H)
CLOSES = ONE.renews_at - timedelta(minutes=10)
LAST = "Mon 18 May 12:50 UTC"
MANY = Halt(brake=TOO_MANY, measured="26 releases", limit="20")
PAUSE = Halt(brake=PAUSED, measured="paused by root: weekend", limit="resume")
NAMES = {ProjectId("prj_acme"): "acme"}
NOTHING = ProjectMemory()


def word(kind: OverrideKind, by: str, hours: int, why: str = "looked at them all") -> Override:
    return Override(kind=kind, at=NOW - hours * H, by=by, why=why, until=CLOSES, periods=(ONE.period,))


def why(old: Known, *said: Override, memory: ProjectMemory = NOTHING) -> Explanation:
    return explained(old, memory, Overrides(said=said), now=ONE.renews_at)


def halted(*halts: Halt, said: tuple[Override, ...] = ()) -> Explanation:
    return why(known(ONE, reason=Reason.BRAKED, explanation=halted_by(halts, CLOSES, NAMES)), *said)


def test_that_nobody_approved_is_told_with_the_figures_and_the_last_moment() -> None:
    """ "Stopped by a brake" did not say by which, nor that an approval was all it took."""
    found = halted(MANY)
    assert found.title == "halted: too many releases"
    assert found.details == ("26 releases, limit 20", f"nobody approved by {LAST}")
    assert in_short(found.cause, found) == "halted: too many releases; nobody approved"


def test_who_withdrew_the_approval_is_named_with_the_reason() -> None:
    """An approval had been there and was withdrawn: nobody who asked why it cost $300 was told by whom."""
    said = (word(OverrideKind.APPROVE, "bob", 5), word(OverrideKind.UNAPPROVE, "ann", 3, "not those two"))
    found = halted(MANY, said=said)
    assert (found.title, found.word) == ("halted: too many releases", "approval withdrawn by ann")
    assert found.details == (
        "26 releases, limit 20",
        "approval withdrawn by ann, Mon 18 May 09:00 UTC: not those two",
    )
    assert in_full(found.cause, found).endswith(
        "limit 20; approval withdrawn by ann, Mon 18 May 09:00 UTC: not those two"
    )
    assert in_short(found.cause, found) == "halted: too many releases; approval withdrawn by ann"


def test_an_approval_that_no_turn_heard_in_time_is_told_as_that() -> None:
    found = halted(MANY, said=(word(OverrideKind.APPROVE, "bob", 1),))
    assert found.details[1:] == (
        "bob approved Mon 18 May 11:00 UTC: looked at them all, after the last turn in its window",
    )


def test_a_word_said_once_it_was_too_late_is_none() -> None:
    late = Override(kind=OverrideKind.APPROVE, at=CLOSES, by="bob", why="", periods=(ONE.period,))
    assert halted(MANY, said=(late,)).details[1:] == (f"nobody approved by {LAST}",)


POLL = timedelta(minutes=15)
TOLD = CLOSES - POLL


def test_the_moment_that_people_were_told_is_the_one_by_which_nobody_spoke() -> None:
    """Told "by 12:35", as a turn must still follow, and blamed "nobody approved by 12:50"."""
    old = known(ONE, reason=Reason.BRAKED, explanation=halted_by([MANY], CLOSES, NAMES, by=TOLD))
    assert why(old).details == ("26 releases, limit 20", "nobody approved by Mon 18 May 12:35 UTC")
    stopped = known(ONE, reason=Reason.BRAKED, explanation=halted_by([PAUSE], CLOSES, NAMES, by=TOLD))
    assert why(stopped).details == ("not lifted by Mon 18 May 12:35 UTC",)


def test_a_word_after_that_moment_that_no_turn_heard_any_more_is_named_all_the_same() -> None:
    old = known(ONE, reason=Reason.BRAKED, explanation=halted_by([MANY], CLOSES, NAMES, by=TOLD))
    late = Override(
        kind=OverrideKind.APPROVE, at=TOLD + M, by="bob", why="", until=CLOSES, periods=(ONE.period,)
    )
    assert why(old, late).details[1:] == (
        "bob approved Mon 18 May 12:36 UTC, after the last turn in its window",
    )


@pytest.mark.parametrize(
    ("now", "by"), [(TOLD - M, TOLD), (TOLD, None), (TOLD + M, None)], ids=["before", "at", "after"]
)
def test_who_sees_a_halt_when_that_moment_has_passed_is_told_at_once_and_no_moment(
    now: datetime, by: datetime | None
) -> None:
    assert told_by(CLOSES, None, now, POLL) == by
    # What was told of it before stays; of another window, or of something else, nothing was.
    assert told_by(CLOSES, halted_by([MANY], CLOSES, NAMES, by=TOLD), now, POLL) == TOLD
    for other in (
        halted_by([MANY], CLOSES - D, NAMES, by=TOLD - D),
        Explanation(cause=Cause.HELD, closes=CLOSES, by=TOLD),
    ):
        assert told_by(CLOSES, other, now, POLL) == by


def test_of_several_brakes_each_has_its_figures() -> None:
    share = Halt(brake=PROJECT_SHARE, measured="3 of 4", limit="50 %", project=ProjectId("prj_acme"))
    found = halted(MANY, share, PAUSE)
    assert found.brakes == ("too_many", "project_share", "paused")
    assert found.title == (
        f"halted: too many releases and {PROJECT_SHARE.title} in acme and paused by root: weekend"
    )
    assert found.details[:2] == (
        "26 releases, limit 20",
        "3 of 4, limit 50 %",
    )


def test_a_pause_needs_no_figures_and_no_approval() -> None:
    found = halted(PAUSE)
    assert (found.title, found.details) == ("halted: paused by root: weekend", (f"not lifted by {LAST}",))


def held(by: str, why: str, *, until: datetime | None = None) -> Override:
    return Override(kind=OverrideKind.HOLD, at=NOW - D, by=by, why=why, account=ONE.id, until=until)


def test_who_held_it_is_named_with_since_when_and_until_when() -> None:
    """ "Held" said neither by whom nor until when, so nobody knew whether next month costs the same."""
    old = known(ONE, reason=Reason.HELD)
    ended = Override(kind=OverrideKind.UNHOLD, at=ONE.renews_at, by="bob", why="over", account=ONE.id)

    assert why(old, held("ann", "campaign"), ended) == Explanation(
        cause=Cause.HELD,
        title="held by ann",
        details=("held since Sun 17 May 12:00 UTC, for ever: campaign",),
    )
    assert why(old, held("configuration", "flagship", until=NOW + 300 * D)) == Explanation(
        cause=Cause.HELD,
        title="held by the configuration",
        details=("until Sun 14 Mar 2027 12:00 UTC: flagship",),
    )
    assert why(old) == Explanation(cause=Cause.HELD)


def test_a_hold_that_ended_before_its_renewal_is_told_as_it_was_seen() -> None:
    """Of a hold that a later version of the configuration had no more, history said "held" alone."""
    noted = noted_of(decision(ONE, held=held("ann", "campaign", until=NOW + M)))
    assert noted is not None
    assert why(known(ONE, reason=Reason.HELD, explanation=noted)) == noted
    assert noted.details == ("held since Sun 17 May 12:00 UTC, until Mon 18 May 12:01 UTC: campaign",)


def test_who_holds_what_nobody_looked_at_again_is_why() -> None:
    """A hold said after the last turn was told as "watcher not running"."""
    assert why(known(ONE, reason=Reason.WINDOW_NOT_OPEN), held("ann", "campaign")).title == "held by ann"


PROTECTED = replace(ONE, followers=12_345)


@pytest.mark.parametrize(
    ("protect", "title"),
    [
        (Protect(handles=("lat*",)), "protected by its handle: lat*"),
        (Protect(accounts=(ONE.id,)), "protected by its id"),
        (Protect(min_followers=10_000), "protected by its followers: 10,000 or more"),
    ],
)
def test_which_word_of_which_policy_protected_it_is_told(protect: Protect, title: str) -> None:
    """ "Protected" named neither the pattern nor the policy that it stands in."""
    noted = noted_of(decision(PROTECTED, policies=(policy(protect=protect),)))
    assert noted == Explanation(cause=Cause.PROTECTED, title=title, details=("by policy standard",))
    assert why(known(PROTECTED, reason=Reason.PROTECTED_HANDLE, explanation=noted)) == noted


def test_what_is_given_back_at_term_is_kept_by_posts_alone() -> None:
    """ "Not unused for the 21 d that policy standard asks": at term that policy asks no such thing."""
    queued = Seen(at=NOW, what=Use.QUEUED_POST)
    always = policy(release=replace(IDLE, when=ReleaseWhen.ALWAYS))
    noted = noted_of(decision(ONE, policies=(always,), activity=queued))
    assert noted == Explanation(
        cause=Cause.POLICY,
        title="posts that its release would have cancelled",
        details=("by policy standard",),
    )


@pytest.mark.parametrize(
    ("read", "cause"),
    [(-timedelta(microseconds=1), Cause.WATCHER_DOWN), (timedelta(), Cause.NOTICE_LATE)],
)
def test_an_announcement_of_age_too_late_is_why_where_turns_came(read: timedelta, cause: Cause) -> None:
    """Five turns ran in its window, the last seven minutes before it closed: "watcher not running"."""
    memory = announced(ONE)
    opened = memory.notices[ONE.period].not_before
    old = known(ONE, reason=Reason.NOTICE_TOO_YOUNG)
    assert why(old, memory=replace(memory, read_at=opened + read)).cause is cause


@pytest.mark.parametrize(
    ("unsent", "cause"),
    [
        (WhyNotSent.THROTTLED, Cause.REFUSED),
        (WhyNotSent.NO_CONNECTION, Cause.API_DOWN),
        (WhyNotSent.TOO_LATE, Cause.API_DOWN),
        (None, Cause.API_DOWN),
        (WhyNotSent.STOPPING, Cause.WATCHER_DOWN),
    ],
)
def test_what_was_due_and_not_sent_is_paid_for_that(unsent: WhyNotSent | None, cause: Cause) -> None:
    """Whatever it says of it: that it was not sent was known by how a person is told so."""
    ended = Ending.UNREADABLE if unsent is None else Ending.NOT_SENT
    attempt = replace(Attempt.on(ONE, ended, at=NOW, detail="as was said"), unsent=unsent)
    noted = not_sent(attempt)
    assert noted.unsent
    reworded = replace(noted, title="it could not be sent")
    assert why(known(ONE, reason=Reason.UNUSED, explanation=noted)) == noted
    assert why(known(ONE, reason=Reason.UNUSED, explanation=reworded)) == reworded
    assert (noted.cause, noted.title, noted.details) == (
        cause,
        "its release was not sent",
        ("as was said",),
    )


def announced_halt(reason: Reason, *halts: Halt) -> Known:
    return known(ONE, reason=reason, explanation=halted_by(halts, CLOSES, NAMES))


@pytest.mark.parametrize(
    ("halt", "lifted_by"),
    [
        (MANY, OverrideKind.APPROVE),
        (PAUSE, OverrideKind.RESUME),
        (Halt(brake=FLEET_DROP, measured="3 of 4 gone", limit="20 %"), OverrideKind.ACCEPT_BASELINE),
    ],
)
def test_a_halt_to_come_is_why_unless_somebody_lifted_it(halt: Halt, lifted_by: OverrideKind) -> None:
    """Nobody approved and no turn came: one would have been stopped. Approved, a turn is what was lacking."""
    old = announced_halt(Reason.WINDOW_NOT_OPEN, halt)
    assert why(old).cause is Cause.BRAKED
    lifted = why(old, word(lifted_by, "ann", 1))
    assert (lifted.cause, lifted.details[-1]) == (Cause.WATCHER_DOWN, "but no turn came in its window")


def test_who_resumed_and_left_the_pause_that_was_to_come_lifted_nothing() -> None:
    old = announced_halt(Reason.WINDOW_NOT_OPEN, PAUSE)
    coming = Override(kind=OverrideKind.PAUSE, at=NOW - 9 * H, by="root", why="weekend", begins=NOW - 2 * H)
    resumed = Override(kind=OverrideKind.RESUME, at=NOW - 3 * H, by="ann", why="over")
    assert why(old, coming, resumed).cause is Cause.BRAKED
    taken_back = replace(resumed, begins=coming.begins)
    assert why(old, coming, taken_back).cause is Cause.WATCHER_DOWN
    assert why(old, replace(coming, project=ProjectId("prj_beta")), resumed).cause is Cause.WATCHER_DOWN


def test_whether_what_no_word_lifts_was_still_on_only_a_turn_could_have_said() -> None:
    clock = Halt(brake=CLOCK_UNPROVED, measured="unproved", limit="60 s")
    assert why(announced_halt(Reason.WINDOW_NOT_OPEN, clock)) == Explanation(
        cause=Cause.WATCHER_DOWN,
        details=("what halted it may have been over", "but no turn came in its window"),
    )
    both = announced_halt(Reason.WINDOW_NOT_OPEN, clock, PAUSE)
    assert why(both).cause is Cause.BRAKED, "the pause surely was not"
    assert why(both, word(OverrideKind.RESUME, "ann", 1)) == Explanation(
        cause=Cause.WATCHER_DOWN,
        details=("ann resumed releases, Mon 18 May 11:00 UTC", "but no turn came in its window"),
    )


@pytest.mark.parametrize("reason", [Reason.WINDOW_NOT_OPEN, Reason.NOTICE_TO_COME, Reason.UNUSED])
@pytest.mark.parametrize("late", [False, True])
def test_what_was_not_to_be_believed_in_a_list_that_was_read_is_no_absence_of_the_watcher(
    late: bool, reason: Reason
) -> None:
    """Listed twice in one list for two days, it was paid as "watcher not running", which ran."""
    memory = announced(ONE)
    opened = memory.notices[ONE.period].not_before
    read = replace(memory, read_at=opened if late else opened - timedelta(microseconds=1))
    found = why(known(ONE, reason=reason), memory=read)
    assert found == (
        Explanation(cause=Cause.API_DOWN, title="what its project's list said of it was not to be believed")
        if late and reason is not Reason.UNUSED
        else Explanation(cause=Cause.WATCHER_DOWN)
    )


def test_a_halt_that_nobody_had_been_told_of_is_not_why() -> None:
    """Its announcement was not accepted, so nobody knew that there was something to approve."""
    old = announced_halt(Reason.NOTICE_UNANSWERED, MANY)
    assert why(old).cause is Cause.NOTICE_LATE
    assert why(old, memory=announced(ONE)).cause is Cause.BRAKED


def test_an_announcement_that_was_accepted_after_it_was_looked_at_was_in_time() -> None:
    """The turn ended with the last channel's acceptance, the next came after the renewal: "notice late"."""
    old = known(ONE, reason=Reason.NOTICE_UNANSWERED, explanation=not_accepted(["ops"]))
    memory = announced(ONE)
    before = replace(memory, read_at=memory.notices[ONE.period].not_before - timedelta(seconds=1))
    assert why(old, memory=before).cause is Cause.WATCHER_DOWN
    waiting = replace(old, explanation=not_accepted(["ops", "team"]))
    assert why(waiting, memory=announced(ONE)).title == "announcement not accepted by ops and team"


def test_what_was_told_when_it_was_too_late_is_told_of_its_renewal() -> None:
    """Missed was "watcher not running", paid an hour later was "notice late": of one renewal two causes."""
    told = Explanation(cause=Cause.WATCHER_DOWN)
    assert why(known(ONE, reason=Reason.NOTICE_LATE, missed_at=NOW - H, explanation=told)) == told


def test_but_a_hold_after_it_was_told_is_a_person_s_wish() -> None:
    told = Explanation(cause=Cause.WATCHER_DOWN)
    old = known(ONE, reason=Reason.HELD, missed_at=NOW - H, explanation=told)
    assert why(old).cause is Cause.HELD


@pytest.mark.parametrize(
    ("gone_for", "found"),
    [
        (
            timedelta(),
            Explanation(
                cause=Cause.API_DOWN,
                title="its project's list did not show it",
                details=("missing since Mon 18 May 13:00 UTC",),
            ),
        ),
        (-timedelta(microseconds=1), Explanation(cause=Cause.WATCHER_DOWN)),
    ],
)
def test_an_account_that_no_list_showed_in_its_window_is_no_absence_of_the_watcher(
    gone_for: timedelta, found: Explanation
) -> None:
    """A project was listed empty for three days: of what renewed meanwhile it was told that the watcher had
    not been running.
    """
    gone_at = ONE.renews_at - gone_for
    assert why(replace(known(ONE, reason=Reason.WINDOW_NOT_OPEN), gone_at=gone_at)) == found


@pytest.mark.parametrize(
    ("read", "cause"),
    [(-timedelta(microseconds=1), Cause.WATCHER_DOWN), (timedelta(), Cause.WATCHER_DOWN), (M, Cause.BRAKED)],
)
def test_a_word_counts_that_was_said_since_anybody_looked(read: timedelta, cause: Cause) -> None:
    """A turn that came after it knew of it, and found the halt all the same."""
    lifted = word(OverrideKind.RESUME, "ann", 1)
    looked = ProjectMemory(read_at=lifted.at + read)
    assert why(announced_halt(Reason.WINDOW_NOT_OPEN, PAUSE), lifted, memory=looked).cause is cause


WITH_HEALTH = (policy(evidence=("posts", "health")),)
BY_POLICY = ("by policy standard",)


@pytest.mark.parametrize(
    ("decided", "noted"),
    [
        pytest.param(
            decision(ONE, activity=Seen(at=NOW, what=Use.QUEUED_POST)),
            Explanation(
                cause=Cause.POLICY, title="not unused for the 21 d that policy standard asks", details=()
            ),
            id="in use",
        ),
        pytest.param(
            decision(ONE, policies=(policy(release=replace(IDLE, when=ReleaseWhen.NEVER)),)),
            Explanation(cause=Cause.POLICY, title="policy standard never releases"),
            id="never",
        ),
        pytest.param(
            decision(ONE, policies=()),
            Explanation(cause=Cause.POLICY, title=REASON[Reason.NO_POLICY]),
            id="no policy",
        ),
        pytest.param(
            decision(ONE, policies=WITH_HEALTH, health=HealthTier.HOT),
            Explanation(cause=Cause.PROTECTED, title="protected by its health: hot", details=BY_POLICY),
            id="hot",
        ),
        pytest.param(
            decision(replace(ONE, followers=None), policies=(policy(protect=Protect(min_followers=10_000)),)),
            Explanation(
                cause=Cause.PROTECTED,
                title="a condition cannot be evaluated: followers unknown",
                details=BY_POLICY,
            ),
            id="followers unknown",
        ),
        pytest.param(
            decision(ONE, activity=Unknown(why=WhyUnknown.UNREADABLE)),
            Explanation(cause=Cause.UNKNOWN_ACTIVITY, title="use unknown: posts could not be read"),
            id="use unknown",
        ),
        pytest.param(
            decision(ONE, policies=WITH_HEALTH, health=HealthUnknown(why=WhyHealthUnknown.MISSING_SCOPE)),
            Explanation(cause=Cause.UNKNOWN_HEALTH, title="health unknown: the key lacks social:read"),
            id="health unknown",
        ),
        pytest.param(decision(ONE), None, id="unused"),
        pytest.param(decision(ONE, enrolled=False), None, id="its closed word says all"),
    ],
)
def test_what_is_remembered_beside_the_reason_is_all_that_is_told_of_it_later(
    decided: Decision, noted: Explanation | None
) -> None:
    assert noted_of(decided) == noted


READ = ProjectMemory(read_at=NOW - D)
SINCE_NINE = replace(READ, unreadable_since=NOW - 3 * H)


@pytest.mark.parametrize(
    ("reason", "memory", "found"),
    [
        pytest.param(
            Reason.WINDOW_NOT_OPEN,
            SINCE_NINE,
            Explanation(cause=Cause.API_DOWN, details=("unreadable since Mon 18 May 09:00 UTC",)),
            id="unreadable",
        ),
        pytest.param(
            Reason.WINDOW_NOT_OPEN,
            replace(READ, unreadable_since=ONE.renews_at),
            Explanation(cause=Cause.API_DOWN, details=("unreadable since Mon 18 May 13:00 UTC",)),
            id="unreadable as it renewed",
        ),
        pytest.param(
            Reason.WINDOW_NOT_OPEN,
            replace(READ, unreadable_since=ONE.renews_at + timedelta(microseconds=1)),
            Explanation(cause=Cause.WATCHER_DOWN),
            id="unreadable after it renewed",
        ),
        pytest.param(
            Reason.UNUSED,
            replace(READ, released=frozenset({ONE.period})),
            Explanation(cause=Cause.UNDONE),
            id="released",
        ),
        pytest.param(
            Reason.UNUSED,
            replace(READ, not_done={ONE.period: 1}),
            Explanation(cause=Cause.UNEXPLAINED),
            id="tried",
        ),
        pytest.param(
            Reason.UNUSED,
            replace(READ, rules=KnownRules(mode=Mode.OBSERVE, enrolled=True)),
            Explanation(cause=Cause.OBSERVING),
            id="observed",
        ),
        pytest.param(
            Reason.IN_USE,
            replace(READ, rules=KnownRules(mode=Mode.OBSERVE, enrolled=True)),
            Explanation(cause=Cause.POLICY),
            id="observed, and in use",
        ),
        pytest.param(Reason.NOT_ENROLLED, SINCE_NINE, Explanation(cause=Cause.NOT_ENROLLED), id="a wish"),
        pytest.param(
            Reason.KEY_LACKS_SCOPE,
            READ,
            Explanation(cause=Cause.KEY_LACKS_SCOPE, title="the key may not release"),
            id="the key's, for another reason",
        ),
        pytest.param(Reason.LISTED_TWICE, READ, Explanation(cause=Cause.LISTED_TWICE), id="another reason"),
        pytest.param(None, READ, Explanation(cause=Cause.WATCHER_DOWN), id="no reason"),
    ],
)
def test_what_kept_a_release_from_being_is_told_of_its_renewal(
    reason: Reason | None, memory: ProjectMemory, found: Explanation
) -> None:
    assert why(known(ONE, reason=reason), memory=memory) == found


RESUMED = word(OverrideKind.RESUME, "ann", 1)
NOBODY_CAME = ("ann resumed releases, Mon 18 May 11:00 UTC", "but no turn came in its window")


def test_where_a_word_had_lifted_what_was_to_halt_it_an_absence_says_who_said_it() -> None:
    old = announced_halt(Reason.WINDOW_NOT_OPEN, PAUSE)
    assert why(old, RESUMED, memory=replace(SINCE_NINE, read_at=NOW - D)) == Explanation(
        cause=Cause.API_DOWN, details=("unreadable since Mon 18 May 09:00 UTC", *NOBODY_CAME)
    )
    assert why(replace(old, gone_at=NOW), RESUMED, memory=READ) == Explanation(
        cause=Cause.API_DOWN,
        title="its project's list did not show it",
        details=("missing since Mon 18 May 12:00 UTC", *NOBODY_CAME),
    )


@pytest.mark.parametrize(
    ("at", "cause"), [(CLOSES - timedelta(microseconds=1), Cause.WATCHER_DOWN), (CLOSES, Cause.BRAKED)]
)
def test_a_word_lifts_a_halt_until_its_window_closes(at: datetime, cause: Cause) -> None:
    old = announced_halt(Reason.WINDOW_NOT_OPEN, PAUSE)
    assert why(old, replace(RESUMED, at=at), memory=READ).cause is cause


def test_of_several_words_the_last_of_its_project_or_the_fleet_is_named_and_each_brake_needs_one() -> None:
    old = announced_halt(Reason.WINDOW_NOT_OPEN, MANY, PAUSE)
    approved = word(OverrideKind.APPROVE, "bob", 2)
    assert why(old, RESUMED, memory=READ).cause is Cause.BRAKED
    assert why(old, approved, memory=READ).cause is Cause.BRAKED
    earlier = replace(RESUMED, at=NOW - 3 * H, by="eve", project=ONE.project)
    elsewhere = replace(RESUMED, at=NOW, by="joe", project=ProjectId("prj_beta"))
    found = why(old, earlier, RESUMED, elsewhere, approved, memory=READ)
    assert found.details == (f"bob {SAID[OverrideKind.APPROVE]}, Mon 18 May 10:00 UTC", *NOBODY_CAME)


def test_a_halt_is_kept_with_its_brakes_its_figures_and_its_moments() -> None:
    kept = halted_by([MANY, PAUSE, MANY], CLOSES, NAMES, by=TOLD)
    assert kept == Explanation(
        cause=Cause.BRAKED,
        title="halted: too many releases and paused by root: weekend",
        details=("26 releases, limit 20",),
        brakes=("too_many", "paused"),
        closes=CLOSES,
        by=TOLD,
    )
    assert halted_title(kept) == "too many releases and paused by root: weekend"
    assert over(kept) == Explanation(cause=Cause.BRAKED, title=kept.title, brakes=kept.brakes)


def test_what_stopped_it_right_before_it_was_sent_is_told_as_far_as_it_is_known() -> None:
    title = "halted right before it was sent"
    assert halted_before_sending("paused by root", CLOSES) == Explanation(
        cause=Cause.BRAKED, title=title, details=("paused by root",), closes=CLOSES
    )
    assert halted_before_sending("", None) == Explanation(cause=Cause.BRAKED, title=title)
    assert not_sent(Attempt.on(ONE, Ending.UNREADABLE, at=NOW)) == Explanation(
        cause=Cause.API_DOWN, title="its release was not sent", unsent=True
    )


def test_an_announcement_that_was_not_accepted_names_who_did_not() -> None:
    assert not_accepted(iter(["ops", "mail"])) == Explanation(
        cause=Cause.NOTICE_LATE,
        title="announcement not accepted by ops and mail",
        channels=("ops", "mail"),
    )
    assert not_accepted([]) == Explanation(
        cause=Cause.NOTICE_LATE, title="announcement not accepted by any channel: none counts"
    )
