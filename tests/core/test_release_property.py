"""Whatever the facts, a release is planned exactly where design §3 and §4 have no objection.

The objections below are read from the design, not from the code: they share no function with it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tests.builders import NOW, D, H, account, policy
from watcher.facts.accounts import Account
from watcher.facts.activity import Activity, Seen, Unknown, Use, WhyUnknown, remembering
from watcher.facts.posts import UNFINISHED, Post, PostStatus, weigh
from watcher.memory.period_state import period_state_of
from watcher.memory.remembered import Known, ProjectMemory
from watcher.record.notices import Notice, Void
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.rules.judge import Subject, judge
from watcher.rules.plan import Decision, Mode, Release, Terms, plan
from watcher.rules.policy import IfNoticeLate, Match, Policy, Protect, ReleaseRule, ReleaseWhen, WarnFor

TICK = timedelta(microseconds=1)
R = NOW
HANDLE = "latte.art.lab"
FITS, FITS_NOT = ("@LATTE.*",), ("brew.*",)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All that a decision about one account rests on."""

    now: datetime
    account: Account
    policies: tuple[Policy, ...]
    enrolled: bool
    said: tuple[Override, ...]
    posts: tuple[Post, ...] | None
    """None: they could not be read."""
    absence_counts: bool
    used: Seen | None
    notice: Notice | None
    same_policy: bool
    required: tuple[str, ...]
    unbroken_since: datetime
    ledger_since: datetime | None
    mode: Mode
    not_done: int
    refused_at: datetime | None
    unresolved: bool
    released: bool


def decide(scene: Scene) -> Decision:
    """What the code makes of it."""
    one, now = scene.account, scene.now
    read: Activity = Unknown(why=WhyUnknown.UNREADABLE)
    if scene.posts is not None:
        read = weigh(scene.posts, assigned_at=one.assigned_at, now=now, absence_counts=scene.absence_counts)
    overrides = Overrides(said=scene.said)
    judgement = judge(
        Subject(
            account=one,
            policies=scene.policies,
            enrolled=scene.enrolled,
            hold=overrides.hold_on(one.id, now),
            activity=remembering(read, scene.used),
        ),
        now,
    )
    governs = judgement.policy
    notice = scene.notice
    if notice is not None and governs is not None and scene.same_policy:
        notice = replace(notice, fingerprint=governs.fingerprint)
    memory = ProjectMemory(
        known={one.id: Known(account=one, first_seen_at=one.assigned_at, used=scene.used)},
        notices={} if notice is None else {one.period: notice},
        not_done={one.period: scene.not_done},
        refused={} if scene.refused_at is None else {one.id: scene.refused_at},
        unresolved=frozenset({one.id} if scene.unresolved else ()),
        released=frozenset({one.period} if scene.released else ()),
    )
    standing = period_state_of(
        one,
        governs,
        memory,
        required=scene.required,
        overrides=overrides,
        enforcing=scene.mode is Mode.ENFORCE,
        unbroken_since=scene.unbroken_since,
        activity=judgement.subject.activity,
    )
    return plan(judgement, standing, Terms(now=now, mode=scene.mode, ledger_since=scene.ledger_since))


# The design, read by somebody else


def objections(scene: Scene) -> Iterator[str]:
    """Why nothing may be released; none at all: it must be, now."""
    governs = governing(scene)
    if governs is None:
        yield "no policy certainly governs it"
        return
    rule = governs.release
    opens, closes = R - rule.lead, R - rule.margin
    if scene.now < opens or scene.now >= closes:
        yield "outside its window"
    if scene.mode is not Mode.ENFORCE:
        yield "not in enforce mode"
    if not scene.enrolled:
        yield "not enrolled"
    if holds_at(scene, scene.now):
        yield "held"
    yield from protected(scene, governs.protect)
    yield from kept_by_use(scene, rule, opens)
    yield from left_by_attempts(scene)
    if rule.notice:
        yield from unheard(scene, rule, opens, closes)
    elif scene.notice is not None and not scene.notice.voided:
        # None is needed; but of one that is withdrawn only now people hear first.
        yield from withdrawn(scene, scene.notice, rule)


def governing(scene: Scene) -> Policy | None:
    for one in scene.policies:
        told = list(conditions(scene.account, one.match))
        if False in told:
            continue
        return None if None in told else one
    return None


def conditions(one: Account, match: Match) -> Iterator[bool | None]:
    if match.handles:
        yield match.handles == FITS
    if match.platforms:
        yield "tiktok" in match.platforms
    if match.min_followers is not None:
        yield None if one.followers is None else not one.followers < match.min_followers
    if match.max_followers is not None:
        yield None if one.followers is None else not one.followers > match.max_followers
    if match.min_price_cents is not None:
        yield not one.price_cents < match.min_price_cents


def holds_at(scene: Scene, moment: datetime) -> bool:
    """Whether a hold is in force: said and not over, and no unhold was said after it."""
    return any(
        word.kind is OverrideKind.HOLD
        and (word.until is None or moment < word.until)
        and not any(later.kind is OverrideKind.UNHOLD for later in scene.said[place + 1 :])
        for place, word in enumerate(scene.said)
    )


def protected(scene: Scene, protect: Protect) -> Iterator[str]:
    if scene.account.id in protect.accounts or protect.handles == FITS:
        yield "protected"
    if protect.min_followers is not None and (
        scene.account.followers is None or scene.account.followers >= protect.min_followers
    ):
        yield "protected by its followers, or perhaps"


def kept_by_use(scene: Scene, rule: ReleaseRule, opens: datetime) -> Iterator[str]:
    if rule.when is ReleaseWhen.NEVER:
        yield "never released"
    if rule.when is ReleaseWhen.ALWAYS and rule.cancel_queued:
        return
    if scene.posts is None:
        yield "its posts could not be read"
        return
    began = scene.account.assigned_at
    if any(post.status in UNFINISHED for post in scene.posts):
        yield "posts are still to go out"
        return
    moments = []
    for post in scene.posts:
        if post.status is None:
            yield "a status nobody knows"
        elif post.status is not PostStatus.CANCELED:
            published = post.status is PostStatus.PUBLISHED
            moment = post.published_at if published else post.attempted_at or post.scheduled_for
            if moment is None:
                yield "a post without a time"
            elif moment > scene.now:
                yield "a post in the future"
            else:
                moments.append(moment)
    silent = not moments and not scene.absence_counts
    in_this_lease = [moment for moment in moments if moment >= began]
    if not silent and not in_this_lease and began > scene.now:
        yield "a lease that begins in the future"
    if rule.when is ReleaseWhen.IDLE:
        if silent:
            yield "silence that proves nothing"
        remembered = [] if scene.used is None else [scene.used.at]
        if opens - max([began, *in_this_lease, *remembered]) < rule.idle_after:
            yield "in use"


def uses(scene: Scene) -> Iterator[datetime]:
    """The moments of use in this lease that are certain, remembered or read."""
    if scene.used is not None:
        yield scene.used.at
    if scene.posts is None:
        return
    if any(post.status in UNFINISHED for post in scene.posts):
        yield scene.now
        return
    moments = []
    for post in scene.posts:
        if post.status is PostStatus.CANCELED:
            continue
        published = post.status is PostStatus.PUBLISHED
        moment = post.published_at if published else post.attempted_at or post.scheduled_for
        if post.status is None or moment is None or moment > scene.now:
            return
        moments.append(moment)
    yield from (moment for moment in moments if moment >= scene.account.assigned_at)


def left_by_attempts(scene: Scene) -> Iterator[str]:
    if scene.released:
        yield "released already"
    if scene.unresolved:
        yield "an attempt is unresolved"
    if scene.not_done > 1:
        yield "two attempts had no effect"
    refused = scene.refused_at
    if refused is not None and not any(
        word.kind is OverrideKind.RESOLVE_NOT_RELEASED and word.at >= refused for word in scene.said
    ):
        yield "the API refused"


def unheard(scene: Scene, rule: ReleaseRule, opens: datetime, closes: datetime) -> Iterator[str]:
    notice = scene.notice
    if notice is None:
        yield "never announced"
        return
    if notice.voided:
        yield "the notice does not count"
    yield from withdrawn(scene, notice, rule)
    if not scene.required or not set(scene.required) <= set(notice.receipts):
        yield "not every channel accepted the notice"
        return
    if scene.now < notice.not_before:
        yield "announced for later"
    accepted = max(notice.receipts[channel] for channel in scene.required)
    if scene.now - accepted < rule.notice:
        comes_of_age = max(opens, notice.not_before, accepted + rule.notice) < closes
        trusted = scene.ledger_since is not None and scene.now - scene.ledger_since >= rule.notice
        if comes_of_age or rule.if_notice_late is IfNoticeLate.KEEP or not trusted:
            yield "the receipt is too young"


def withdrawn(scene: Scene, notice: Notice, rule: ReleaseRule) -> Iterator[str]:
    if not notice.live or notice.handle != scene.account.handle:
        yield "the notice announced something else"
    if notice.assigned_at is None and notice.created_at < scene.account.assigned_at:
        yield "the lease began after the notice"
    if not scene.same_policy:
        yield "announced under another policy"
    if notice.created_at < scene.unbroken_since:
        yield "the watcher was away since the notice"
    of_use = rule.when is ReleaseWhen.IDLE  # at term, use means nothing
    if of_use and any(moment >= notice.created_at for moment in uses(scene)):
        yield "used since the notice"
    if held_since(scene, notice.created_at):
        yield "held since the notice"


def held_since(scene: Scene, moment: datetime) -> bool:
    """Whether any hold was in force at or after that moment, however it ended."""
    for place, word in enumerate(scene.said):
        if word.kind is not OverrideKind.HOLD:
            continue
        lifted = (later.at for later in scene.said[place + 1 :] if later.kind is OverrideKind.UNHOLD)
        over = min([*lifted, *([] if word.until is None else [word.until])], default=None)
        if word.at >= moment or over is None or over > moment:
            return True
        if over == moment and word.until != moment:
            return True  # lifted by a word at that very moment: it was held until then
    return False


# Scenes: everything in order, but for a few facts that may be anything

FACTS = (
    "now",
    "lease",
    "followers",
    "policies",
    "rule",
    "protect",
    "enrolled",
    "said",
    "posts",
    "used",
    "notice",
    "fingerprint",
    "receipts",
    "unbroken",
    "ledger",
    "mode",
    "attempts",
)

ticks = st.sampled_from([-TICK, timedelta(), TICK])


@st.composite
def around(draw: st.DrawFn, *moments: datetime) -> datetime:
    """One of these moments, or a tick beside it."""
    return draw(st.sampled_from(moments)) + draw(ticks)


@st.composite
def rules(draw: st.DrawFn) -> ReleaseRule:
    return ReleaseRule(
        when=draw(st.sampled_from([ReleaseWhen.IDLE, ReleaseWhen.ALWAYS])),
        idle_after=draw(st.sampled_from([D, 21 * D])),
        notice=draw(st.sampled_from([24 * H, H, timedelta()])),
        lead=draw(st.sampled_from([6 * H, H, 48 * H])),
        margin=draw(st.sampled_from([timedelta(minutes=10), timedelta(minutes=59)])),
        if_notice_late=draw(st.sampled_from(IfNoticeLate)),
        cancel_queued=draw(st.booleans()),
    )


matches = st.sampled_from(
    [
        Match(handles=FITS),
        Match(handles=FITS_NOT),
        Match(platforms=("tiktok",)),
        Match(platforms=("instagram",)),
        Match(min_price_cents=15_000),
        Match(min_price_cents=15_001),
        *(Match(min_followers=count) for count in (1_199, 1_200, 1_201)),
        *(Match(max_followers=count) for count in (1_199, 1_200, 1_201)),
        Match(min_followers=1_200, handles=FITS_NOT),
    ]
)
protects = st.sampled_from(
    [
        Protect(accounts=(f"sa_{HANDLE}",)),
        Protect(accounts=("sa_other",)),
        Protect(handles=FITS),
        Protect(handles=FITS_NOT),
        *(Protect(min_followers=count) for count in (1_199, 1_200, 1_201)),
    ]
)


@st.composite
def posts(draw: st.DrawFn, *moments: datetime) -> Post:
    """A post with one time, or none, where its status puts it."""
    at = draw(st.none() | around(*moments))
    other = draw(st.none() | around(*moments))
    status = draw(st.none() | st.sampled_from(PostStatus))
    published = status is PostStatus.PUBLISHED
    return Post(
        account=account(HANDLE).id,
        status=status,
        scheduled_for=other,
        attempted_at=None if published else at,
        published_at=at if published else None,
    )


@st.composite
def words(draw: st.DrawFn, *moments: datetime) -> tuple[Override, ...]:
    """Holds, unholds and resolutions of the account, oldest first."""
    kinds = st.sampled_from([OverrideKind.HOLD, OverrideKind.UNHOLD, OverrideKind.RESOLVE_NOT_RELEASED])
    said = [
        Override(
            kind=kind,
            at=draw(around(*moments)),
            by="maria",
            why="campaign",
            account=account(HANDLE).id,
            until=draw(st.none() | around(*moments)) if kind is OverrideKind.HOLD else None,
        )
        for kind in draw(st.lists(kinds, max_size=3))
    ]
    return tuple(sorted(said, key=lambda word: word.at))


@st.composite
def scenes(draw: st.DrawFn, odd: str | None = None) -> Scene:
    """Scenes in which the `odd` fact may be anything, and at times another one too."""
    anything = draw(st.sets(st.sampled_from(FACTS), max_size=1)) | {odd}

    def fact(name: str, in_order: Any, wild: Callable[[], st.SearchStrategy[Any]]) -> Any:
        # What may be anything is made where it is asked for: making it all costs more than the rest.
        return draw(wild()) if name in anything else in_order

    rule = draw(rules())
    if "rule" in anything:
        rule = replace(rule, when=draw(st.sampled_from(ReleaseWhen)))
    opens, closes = R - rule.lead, R - rule.margin
    now = fact(
        "now",
        draw(st.sampled_from([opens, opens + TICK, closes - TICK])),
        lambda: around(opens, closes, R, opens - rule.notice, opens - 2 * rule.notice),
    )
    idle_since = opens - rule.idle_after
    created = opens - 2 * rule.notice
    began = fact("lease", R - 300 * D, lambda: around(now, idle_since, created))
    one = replace(
        account(HANDLE, renews_in=timedelta()),
        assigned_at=began,
        followers=fact("followers", 1_200, lambda: st.none() | st.sampled_from([1_199, 1_200])),
    )
    governs = policy(
        release=rule,
        warn=tuple(draw(st.lists(st.sampled_from([H, 6 * H, 7 * D]), max_size=2, unique=True))),
        warn_for=draw(st.sampled_from(WarnFor)),
        protect=fact("protect", Protect(), lambda: protects),
    )

    def several() -> st.SearchStrategy[tuple[Policy, ...]]:
        others = st.builds(policy, name=st.just("other"), match=matches, release=st.just(rule))
        return st.lists(others, max_size=2).flatmap(
            lambda first: st.sampled_from([(*first, governs), (*first,), (governs, *first)])
        )

    moments = (now, created, idle_since, closes - rule.notice, now - rule.notice)
    lenient = rule.if_notice_late is IfNoticeLate.RELEASE
    accepted = draw(st.sampled_from([created, closes - rule.notice])) if lenient else created
    receipts = {"ops": accepted, "mail": created}

    def other_receipts() -> st.SearchStrategy[dict[str, datetime]]:
        late = st.builds(lambda at: {**receipts, "ops": at}, around(*moments))
        return late | st.dictionaries(st.sampled_from(["ops", "mail", "log"]), around(*moments), max_size=3)

    notice = Notice(
        key="n1",
        period=one.period,
        not_before=opens,
        fingerprint="another",
        live=True,
        created_at=created,
        handle=one.handle,
        platform=one.platform,
        receipts=fact("receipts", receipts, other_receipts),
    )

    def odd_notice() -> st.SearchStrategy[Notice | None]:
        return st.one_of(
            st.none(),
            st.builds(replace, st.just(notice), not_before=around(opens, now, closes - TICK)),
            st.builds(replace, st.just(notice), created_at=around(*moments)),
            st.builds(replace, st.just(notice), voided=st.sampled_from(Void)),
            st.just(replace(notice, live=False)),
            st.builds(replace, st.just(notice), handle=st.sampled_from([None, "somebody.else"])),
        )

    attempts = "attempts" in anything
    return Scene(
        now=now,
        account=one,
        policies=fact("policies", (governs,), several),
        enrolled=fact("enrolled", True, st.booleans),
        said=fact("said", (), lambda: words(*moments)),
        posts=fact(
            "posts",
            (Post(account=one.id, status=PostStatus.CANCELED, scheduled_for=None),),
            lambda: st.none() | st.lists(posts(*moments, began), max_size=2).map(tuple),
        ),
        absence_counts=draw(st.booleans()) if "posts" in anything else True,
        used=fact(
            "used", None, lambda: st.builds(Seen, at=around(*moments), what=st.just(Use.PUBLISHED_POST))
        ),
        notice=fact("notice", notice, odd_notice),
        same_policy=fact("fingerprint", True, st.booleans),
        required=fact("receipts", ("ops", "mail"), lambda: st.sampled_from([(), ("ops",), ("mail", "ops")])),
        unbroken_since=fact("unbroken", created - D, lambda: around(*moments)),
        ledger_since=fact("ledger", created - D, lambda: st.none() | around(*moments)),
        mode=fact("mode", Mode.ENFORCE, lambda: st.sampled_from(Mode)),
        not_done=draw(st.integers(0, 3)) if attempts else 0,
        refused_at=draw(st.none() | around(*moments)) if attempts or "said" in anything else None,
        unresolved=attempts and draw(st.booleans()),
        released=attempts and draw(st.booleans()),
    )


@pytest.mark.parametrize("odd", FACTS)
@settings(max_examples=min(80, settings.default.max_examples))
@given(data=st.data())
def test_a_release_is_planned_exactly_where_the_design_has_no_objection(
    odd: str, data: st.DataObject
) -> None:
    scene = data.draw(scenes(odd))
    found = list(objections(scene))
    decision = decide(scene)

    assert isinstance(decision.step, Release) == (not found), (decision.step, found)


@pytest.mark.parametrize("when", [ReleaseWhen.IDLE, ReleaseWhen.ALWAYS])
@pytest.mark.parametrize("waived", [False, True])
def test_scenes_do_come_to_releases(when: ReleaseWhen, waived: bool) -> None:
    """Without this the claim above might be about nothing. `find` raises where it finds none."""

    def comes_to_it(scene: Scene) -> bool:
        rule = scene.policies[0].release if scene.policies else None
        receipts = scene.notice.receipts if scene.notice else {}
        return (
            rule is not None
            and rule.when is when
            and isinstance(decide(scene).step, Release)
            and bool(rule.notice)
            and waived == (scene.now - max(receipts.values()) < rule.notice)
        )

    find(scenes(), comes_to_it, settings=settings(max_examples=5_000, phases=[Phase.generate]))
