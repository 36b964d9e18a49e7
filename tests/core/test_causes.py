"""Why a renewal was paid that a brake or a person kept from being saved: which one, and what people said."""

from datetime import timedelta

from tests.builders import NOW, D, H, account
from tests.core.world import known
from watcher.brakes import Halt
from watcher.brakes.kinds.paused import PAUSED
from watcher.brakes.kinds.project_share import PROJECT_SHARE
from watcher.brakes.kinds.too_many import TOO_MANY
from watcher.facts.accounts import ProjectId
from watcher.memory.causes import cause_of, explanation_of, halted_by
from watcher.memory.remembered import ProjectMemory
from watcher.messages.explained import in_full, in_short
from watcher.record.outcomes import Cause, Explanation
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.reasons import Reason

ONE = account("latte", renews_in=H)
CLOSES = ONE.renews_at - timedelta(minutes=10)
LAST = "Mon 18 May 12:50 UTC"
MANY = Halt(brake=TOO_MANY, measured="26 releases", limit="20")
PAUSE = Halt(brake=PAUSED, measured="paused by root: weekend", limit="resume")
NAMES = {ProjectId("prj_acme"): "acme"}


def word(kind: OverrideKind, by: str, hours: int, why: str = "looked at them all") -> Override:
    return Override(kind=kind, at=NOW - hours * H, by=by, why=why, until=CLOSES, periods=(ONE.period,))


def explained(*halts: Halt, said: tuple[Override, ...] = ()) -> Explanation:
    old = known(ONE, reason=Reason.BRAKED, explanation=halted_by(halts, CLOSES, NAMES))
    found = explanation_of(old, cause_of(old, ProjectMemory()), ProjectMemory(), Overrides(said=said))
    assert found is not None
    return found


def test_that_nobody_approved_is_told_with_the_figures_and_the_last_moment() -> None:
    """ "Stopped by a brake" did not say by which, nor that an approval was all it took."""
    found = explained(MANY)
    assert found.title == "halted: too many releases"
    assert found.details == ("26 releases, limit 20", f"nobody approved by {LAST}")


def test_who_withdrew_the_approval_is_named_with_the_reason() -> None:
    """An approval had been there and was withdrawn: nobody who asked why it cost $300 was told by whom."""
    said = (word(OverrideKind.APPROVE, "bob", 5), word(OverrideKind.UNAPPROVE, "ann", 3, "not those two"))
    found = explained(MANY, said=said)
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
    found = explained(MANY, said=(word(OverrideKind.APPROVE, "bob", 1),))
    assert found.details[1:] == (
        "bob approved Mon 18 May 11:00 UTC: looked at them all, after the last turn in its window",
    )


def test_a_word_said_once_it_was_too_late_is_none() -> None:
    late = Override(kind=OverrideKind.APPROVE, at=CLOSES, by="bob", why="", periods=(ONE.period,))
    assert explained(MANY, said=(late,)).details[1:] == (f"nobody approved by {LAST}",)


def test_of_several_brakes_each_has_its_figures() -> None:
    share = Halt(brake=PROJECT_SHARE, measured="3 of 4", limit="50 %", project=ProjectId("prj_acme"))
    found = explained(MANY, share, PAUSE)
    assert found.brakes == ("too_many", "project_share", "paused")
    assert found.title == (
        f"halted: too many releases and {PROJECT_SHARE.title} in acme and paused by root: weekend"
    )
    assert found.details[:2] == (
        "26 releases, limit 20",
        "3 of 4, limit 50 %",
    )


def test_a_pause_needs_no_figures_and_no_approval() -> None:
    found = explained(PAUSE)
    assert (found.title, found.details) == ("halted: paused by root: weekend", (f"not lifted by {LAST}",))


def test_who_held_it_is_named_and_the_configuration_is_no_person() -> None:
    old = known(ONE, reason=Reason.HELD)
    hold = Override(kind=OverrideKind.HOLD, at=NOW - D, by="ann", why="campaign", account=ONE.id)
    ended = Override(kind=OverrideKind.UNHOLD, at=ONE.renews_at, by="bob", why="over", account=ONE.id)
    by_file = Override(kind=OverrideKind.HOLD, at=NOW - D, by="configuration", why="flagship", account=ONE.id)

    def told(*said: Override) -> Explanation | None:
        return explanation_of(old, Cause.HELD, ProjectMemory(), Overrides(said=said))

    assert told(hold, ended) == Explanation(
        cause=Cause.HELD, title="held by ann", details=("held since Sun 17 May 12:00 UTC: campaign",)
    )
    assert told(by_file) == Explanation(
        cause=Cause.HELD, title="held by the configuration", details=("flagship",)
    )
    assert told() is None


def test_what_was_told_when_it_was_too_late_is_told_of_its_renewal() -> None:
    """Missed was "watcher not running", paid an hour later was "notice late": of one renewal two causes."""
    told = Explanation(cause=Cause.WATCHER_DOWN)
    old = known(ONE, reason=Reason.NOTICE_LATE, missed_at=NOW - H, explanation=told)
    assert cause_of(old, ProjectMemory()) is Cause.WATCHER_DOWN
    assert explanation_of(old, Cause.WATCHER_DOWN, ProjectMemory(), Overrides()) == told


def test_but_a_hold_after_it_was_told_is_a_person_s_wish() -> None:
    told = Explanation(cause=Cause.WATCHER_DOWN)
    old = known(ONE, reason=Reason.HELD, missed_at=NOW - H, explanation=told)
    assert cause_of(old, ProjectMemory()) is Cause.HELD
