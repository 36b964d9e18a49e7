"""What would change a decision: for every reason, what a person or time can do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, assert_never

from watcher.cli.render.steps import unsaid_of
from watcher.facts.activity import Seen, Unknown, Use, WhyUnknown
from watcher.facts.health import HealthUnknown, WhyHealthUnknown
from watcher.ports.leases import RELEASES
from watcher.record.overrides import CONFIGURATION
from watcher.record.reasons import Reason
from watcher.rules.judge import Check, Ruling
from watcher.rules.plan import Decision, Leave
from watcher.rules.policy import Policy
from watcher.texts.commands import to_approve, to_hold, to_release, to_resolve, to_try_again, to_unhold
from watcher.texts.plain import plain
from watcher.texts.times import clock_time


def changes(
    decision: Decision,
    *,
    project: str,
    docket: str,
    braked: bool,
    approvable: bool = True,
    coming: bool = False,
    observing: bool = False,
    now: datetime,
    timezone: tzinfo,
) -> list[str]:
    """Sentences, at least one, about all that stands in the way.

    `project` is its name in the configuration, `docket` the id to approve. `braked`: a brake is on for it;
    `approvable`: an approval lifts one that is; `coming`: one will be when its window opens, as is told
    beside this.
    """
    judgement = decision.judgement

    def about(reason: Reason, ruling: Ruling = judgement.deciding) -> Iterator[str]:
        return _Words(
            decision=decision,
            ruling=ruling,
            project=project,
            docket=docket,
            halted=braked or coming,
            approvable=approvable,
            now=now,
            timezone=timezone,
        ).about(reason)

    told = [*about(Reason.BRAKED)] if braked else []
    if not (observing and decision.reason in _TIME_DOES):
        told += about(decision.reason)
    told += about(judgement.reason)
    for ruling in judgement.obstacles:
        if ruling.because is not None and ruling.because is not Reason.NOT_DUE:
            told += about(ruling.because, ruling)
    if observing and judgement.reason not in (Reason.RENEWAL_PENDING, Reason.NOT_DUE):
        told += about(Reason.OBSERVING)
    return list(dict.fromkeys(told))


_TIME_DOES: Final = frozenset({Reason.WINDOW_NOT_OPEN, Reason.NOTICE_TO_COME, Reason.NOTICE_TOO_YOUNG})
"""What a release waits for; in observe mode none comes of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    """The sentences about one decision, and one answer of the judge."""

    decision: Decision
    ruling: Ruling
    project: str
    docket: str
    halted: bool
    approvable: bool
    now: datetime
    timezone: tzinfo

    def about(self, reason: Reason) -> Iterator[str]:
        match reason:
            case Reason.UNUSED:
                yield from self._ways_to_keep("A post scheduled or published through Layers counts as use.")
            case Reason.TERM:
                yield from self._ways_to_keep(
                    "A post that is still to go out keeps it, unless the policy has `cancel_queued = true`."
                )
            case Reason.PERSON:
                yield f"`{to_hold(self._id)}` keeps it, if that is said before it is carried out."
            case Reason.IN_USE:
                yield self._when_idle()
            case Reason.POLICY_NEVER:
                yield f"{self._table('release')} with `when = 'idle'` would release it once it is unused."
            case Reason.NOT_ENROLLED:
                yield f"`enrolled = true` in [projects.{self.project}] allows releases from this project."
            case Reason.HELD:
                yield from self._unhold()
            case Reason.PROTECTED_ACCOUNT:
                yield f"{self._table('protect')} lists its id under `accounts`; take it out there."
            case Reason.PROTECTED_HANDLE:
                yield f"{self._table('protect')} lists {self._detail} under `handles`; take it out there."
            case Reason.PROTECTED_FOLLOWERS:
                yield f"A higher `min_followers` in {self._table('protect')}, or fewer followers."
            case Reason.PROTECTED_HEALTH:
                yield f"The provider must no longer call it hot, or {self._without_health}."
            case Reason.HEALTH_UNKNOWN:
                yield self._know_health()
            case Reason.CANNOT_MATCH:
                yield self._cannot_match()
            case Reason.NO_POLICY:
                yield f"A policy in [projects.{self.project}] whose `match` fits it."
            case Reason.ACTIVITY_UNKNOWN:
                yield from self._know()
            case Reason.NOT_DUE if self.ruling.check is Check.POLICY_FOUND:
                yield "Nothing yet: its health is asked for when one of the policies would do something."
            case Reason.NOT_DUE:
                yield "Nothing yet: its use is asked for when its first warning or announcement is near."
            case Reason.RENEWAL_PENDING:
                yield "The API shows the next renewal once this one is carried out; then it is judged anew."
            case Reason.WINDOW_NOT_OPEN if self.halted:
                yield "Time alone does not: what halts it must have ended while its window is open."
            case Reason.WINDOW_NOT_OPEN:
                yield "Time: the release comes when its window opens, if everything still says so."
            case Reason.NOTICE_TO_COME:
                yield "Time: the release is announced first, and every counting channel must accept that."
            case Reason.NOTICE_UNANSWERED if isinstance(self.decision.course, Leave):
                yield (
                    "No receipt can come of age any more: for this renewal only "
                    f"`{to_release(self._id)}` helps. `lease-watcher outbox` shows what is not delivered."
                )
            case Reason.NOTICE_UNANSWERED:
                yield (
                    "Every counting channel must accept the announcement: "
                    "`lease-watcher outbox` shows what is not delivered."
                )
            case Reason.NOTICE_TOO_YOUNG:
                yield "Time: the accepted announcement must reach the age that `notice` asks for."
            case Reason.NOTICE_LATE:
                yield (
                    f"A shorter `notice`, or `if_notice_late = 'release'`, in {self._table('release')}; "
                    f"for this renewal only `{to_release(self._id)}` helps."
                )
            case Reason.OBSERVING:
                yield "`mode = 'enforce'` lets the watcher release; observe mode only says what it would do."
            case Reason.CHANGED_TOO_LATE:
                yield "Nothing is wrong: before the next renewal it is announced and released in time."
                window = self.decision.judgement.window
                if window is not None and self.now < window.closes:
                    yield f"For this renewal only `{to_release(self._id)}` helps."
            case Reason.TOO_LATE:
                yield "Nothing any more: a release that lands after the debit loses money and account."
            case Reason.UNRESOLVED:
                yield (
                    "The next turn reads back what became of the earlier release; if you know it: "
                    f"`{to_resolve(self._id)}`, or `--as not-released`."
                )
            case Reason.REFUSED_BEFORE:
                yield (
                    "The API refused, so it is not tried again: ask the provider why. "
                    f"`{to_try_again(self._id)}` lets it be tried again, at once by `{to_release(self._id)}`."
                )
            case Reason.ATTEMPTS_SPENT:
                yield (
                    "Its releases had no effect: ask the provider why, or give it back there. "
                    f"`{to_try_again(self._id)}` lets it be tried once more, "
                    f"at once by `{to_release(self._id)}`."
                )
            case Reason.ALREADY_RELEASED:
                yield "Nothing: it was released, and the API's list has yet to follow."
            case Reason.RELEASE_UNDONE:
                yield (
                    "The API confirmed the release and lists the same lease again: ask the provider why; "
                    f"`{to_try_again(self._id)}` lets the watcher release it again."
                )
            case Reason.BRAKED if not self.approvable:
                yield "The brake above must end, by what lifts it or by itself: no approval passes it."
            case Reason.BRAKED:
                yield (
                    f"`{to_approve(self.docket)}` where the brake allows it; "
                    "otherwise what the brake is about must be put right."
                )
            case Reason.KEY_LACKS_SCOPE:
                yield f"Issue a key with the scope {RELEASES}; the next turn tries again."
            case Reason.FACTS_CHANGED:
                yield "The next turn judges it on the new facts."
            case Reason.WORD_OVER:
                yield f"`{to_release(self._id)}` asks for it again, and shows what there is now."
            case Reason.RULES_TO_COME:
                yield "Nothing: the changed configuration is read, and the next turn judges by it."
            case Reason.LISTED_TWICE:
                yield "One project alone must list it: ask the provider which one leases it."
            case Reason.LOCK_LOST:
                yield "Nothing here: the watcher that holds the ledger judges it in its own turn."
            case _:
                assert_never(reason)

    @property
    def _policy(self) -> Policy | None:
        return self.decision.judgement.policy

    def _table(self, part: str = "") -> str:
        """The policy's table in the configuration, such as `[policies.standard.release]`."""
        name = plain(self._policy.name) if self._policy else "NAME"
        return f"[policies.{name}{'.' if part else ''}{part}]"

    @property
    def _id(self) -> str:
        return plain(self.decision.account.id)

    @property
    def _detail(self) -> str:
        return plain(self.ruling.detail or "it")

    def _ways_to_keep(self, use: str) -> Iterator[str]:
        yield use
        yield f"`{to_hold(self._id)}` keeps it until the end of this lease period."
        yield f"{self._table('protect')} can protect it for good."

    def _when_idle(self) -> str:
        activity, policy = self.decision.judgement.subject.activity, self._policy
        if not isinstance(activity, Seen) or policy is None:
            return "Without further use it will count as unused in time."
        if activity.what is Use.ONGOING:
            return "When that is over, its last use counts."
        if activity.what.ongoing:
            return "When its unfinished posts are published, cancelled or deleted, its last post counts."
        unused_from = activity.at + policy.release.idle_after
        idle_from = clock_time(unused_from, self.timezone, now=self.now)
        if unused_from <= self.now:
            return f"It counts as unused since {idle_from}: too late for the window of this renewal."
        nothing = "no post goes out" if activity.words is None else "it is not used"
        return (
            f"If {nothing} until {idle_from}, it counts as unused from then on; "
            "this renewal comes too early for that."
        )

    def _unhold(self) -> Iterator[str]:
        hold = self.decision.judgement.subject.hold
        if hold is not None and hold.by == CONFIGURATION:
            yield "The hold stands in the configuration, under [[holds]], and is ended there."
        else:
            yield f"`{to_unhold(self._id)}` ends the hold."
        if hold is not None and hold.until is not None:
            yield f"The hold ends by itself {clock_time(hold.until, self.timezone, now=self.now)}."

    def _cannot_match(self) -> str:
        asked_by = "match" if self.ruling.check is Check.POLICY_FOUND else "protect"
        unsaid, _, verb = unsaid_of(self.decision.account).rpartition(" ")
        them = "them" if verb == "are" else "it"
        return f"The API must tell its {unsaid}, or {self._table(asked_by)} must not ask for {them}."

    @property
    def _without_health(self) -> str:
        if self.ruling.check is Check.POLICY_FOUND:
            return "no policy before the one that is to govern it must name `health` in its `match`"
        return f"{self._table()} must not name `health` as `evidence`"

    def _know_health(self) -> str:
        health = self.decision.judgement.subject.health
        if isinstance(health, HealthUnknown) and health.why is WhyHealthUnknown.MISSING_SCOPE:
            return f"The key must have the scope social:read, or {self._without_health}."
        if self.ruling.check is Check.POLICY_FOUND:
            return "The next turn asks again; until its health is known no policy governs it."
        return "The next turn asks again; until its health is known it is not released."

    def _know(self) -> Iterator[str]:
        activity = self.decision.judgement.subject.activity
        match activity:
            case Unknown(why=WhyUnknown.MISSING_SCOPE):
                yield "A key with the scope publish:read can see the posts."
            case Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN):
                yield (
                    f"`evidence_complete = true` in {self._table()}, if every post of this project "
                    "goes through Layers: then no post at all means unused."
                )
                yield "Once any post of the project was seen, silence counts too."
            case _:
                yield "The next turn asks again; until its use is known it is not released."
