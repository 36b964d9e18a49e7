"""What people are told: one plain sentence each, with all they need and no word of ours inside out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from tests import every_kind
from tests.builders import (
    NOW,
    QUIET,
    D,
    H,
    M,
    account,
    decision,
    halted,
    hold,
    in_one,
    matter,
    policy,
    published,
    renewal_facts,
)
from watcher.brakes import BRAKES, Halt, kinds
from watcher.brakes.docket import Docket, Entry, Place
from watcher.facts.accounts import Flaw, Quarantined, Unread
from watcher.facts.activity import NOT_ASKED, Activity, Seen, Unknown, Use, WhyUnknown
from watcher.facts.health import Health, HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.messages.clauses import to_do
from watcher.messages.events import (
    AnnouncementFacts,
    AttemptFacts,
    Event,
    EventKind,
    QuarantineFacts,
)
from watcher.messages.late_messages import missed_event, too_late_event
from watcher.messages.meanwhile import last_moment
from watcher.messages.problem_facts import HaltFacts, UnreadableFacts
from watcher.messages.reading_messages import doubt_event, quarantine_event, unread_event
from watcher.messages.release_messages import attempt_events
from watcher.messages.renewal_messages import (
    announcement,
    decision_events,
    evidence_in_words,
    unsent_warning,
)
from watcher.messages.words import DOUBT
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.lateness import Change, Lateness, Since
from watcher.record.notices import Received
from watcher.record.outcomes import Cause, Explanation
from watcher.record.reasons import Reason
from watcher.rules.judge import Subject, Usage, judge
from watcher.rules.plan import Announce, Decision, Mode, PeriodState
from watcher.rules.policy import Match, Protect, ReleaseRule, ReleaseWhen
from watcher.texts.times import when

ONE = account("latte", renews_in=3 * D + 4 * H)
LADDER = (policy(warn=(7 * D,)),)
ASKING = tuple(replace(one, evidence=("posts", "health")) for one in LADDER)


@pytest.mark.parametrize(
    ("activity", "words"),
    [
        (published(40 * D), "no post published through Layers for 40 d"),
        (published(D), "a post was published 1 d ago"),
        (Seen(at=NOW - D, what=Use.FAILED_ATTEMPT), "a post was attempted 1 d ago"),
        (Seen(at=NOW - 180 * D, what=Use.ASSIGNMENT), "no post through Layers since it was leased 180 d ago"),
        (Seen(at=NOW - 40 * D, what=Use.REMEMBERED), "last use remembered 40 d ago"),
        (Seen(at=NOW, what=Use.QUEUED_POST), "has a queued post"),
        (Seen(at=NOW, what=Use.PUBLISHING_POST), "has a publishing post"),
        (Seen(at=NOW, what=Use.DRAFT_POST), "has a draft post"),
        (Seen(at=NOW - 40 * D, what=Use.OTHER, words="was signed in to"), "was signed in to 40 d ago"),
        (Seen(at=NOW, what=Use.ONGOING, words="has plans"), "has plans"),
        (NOT_ASKED, "use unknown (not asked for yet)"),
        *(
            (Unknown(why=why), f"use unknown ({DOUBT[why]})")
            for why in WhyUnknown
            if why is not WhyUnknown.NOT_ASKED
        ),
    ],
)
def test_evidence_says_what_was_looked_at_not_what_is_assumed(activity: Activity, words: str) -> None:
    subject = Subject(account=ONE, policies=LADDER, enrolled=True, hold=None, activity=activity)

    assert evidence_in_words(judge(subject, NOW), NOW) == words


def test_every_use_and_every_doubt_has_words() -> None:
    everything: list[Activity] = [Seen(at=NOW - D, what=use) for use in Use]
    everything += [Unknown(why=why) for why in WhyUnknown]
    words = {evidence_in_words(decision(ONE, activity=one).judgement, NOW) for one in everything}

    assert len(words) == len(everything)


def test_a_renewal_of_next_year_is_told_with_its_year() -> None:
    """A message had a clock of its own, which left the year out: "in 227 d 12 h, Fri 1 Jan 00:05 UTC"."""
    far = replace(ONE, renews_at=datetime(2027, 1, 1, 0, 5, tzinfo=UTC))
    (told,) = decision_events(decision(far, policies=(policy(warn=(300 * D,)),)), NOW, mode=Mode.ENFORCE)
    assert told.what == "@latte on tiktok renews for $150.00 in 227 d 12 h, Fri 1 Jan 2027 00:05 UTC"


def event_about(kind: EventKind, key: str, text: str, **more: object) -> Event:
    about = Event(
        kind=kind,
        key=f"{kind}:{ONE.id}:{ONE.renews_at.isoformat()}:{key}",
        at=NOW,
        what=text,
        project=ONE.project,
        account=ONE.id,
        handle="latte",
        platform="tiktok",
        period=ONE.period,
        cents=15_000,
    )
    return replace(about, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "fate", "usage", "reason"),
    [
        pytest.param(
            decision(ONE, policies=LADDER),
            "no post published through Layers for 40 d; "
            "will be released before that unless it is used or held",
            "unused",
            "unused",
            id="to be released",
        ),
        pytest.param(
            decision(ONE, policies=LADDER, held=hold()),
            "no post published through Layers for 40 d; will renew: held",
            "unused",
            "held",
            id="held",
        ),
        pytest.param(
            decision(ONE, policies=LADDER, held=hold(until=NOW + 2 * D)),
            "no post published through Layers for 40 d; "
            "will renew unless it is released once its hold is over, Wed 20 May 12:00 UTC",
            "unused",
            "held",
            id="held for a while",
        ),
        pytest.param(
            decision(ONE, policies=LADDER, activity=published(D)),
            "a post was published 1 d ago; will renew",
            "in_use",
            "in_use",
            id="in use",
        ),
        pytest.param(
            decision(ONE, policies=LADDER, activity=Unknown(why=WhyUnknown.UNREADABLE)),
            "use unknown (posts could not be read); will renew, for what may be in use is never released",
            "unknown",
            "activity_unknown",
            id="unknown",
        ),
        pytest.param(
            decision(ONE, policies=ASKING),
            "no post published through Layers for 40 d; "
            "will be released before that unless it is used, held or hot",
            "unused",
            "unused",
            id="to be asked how healthy it is",
        ),
        pytest.param(
            decision(ONE, policies=ASKING, health=HealthTier.HOT),
            "no post published through Layers for 40 d; its health is hot; "
            "will renew, for what is hot, or may be, is not released",
            "unused",
            "protected_health",
            id="hot",
        ),
        pytest.param(
            decision(ONE, policies=ASKING, health=HealthUnknown(why=WhyHealthUnknown.MISSING_SCOPE)),
            "no post published through Layers for 40 d; its health is unknown (the key lacks social:read); "
            "will renew, for what is hot, or may be, is not released",
            "unused",
            "health_unknown",
            id="health unknown",
        ),
    ],
)
def test_a_warning_tells_when_what_it_costs_what_is_known_and_what_will_happen(
    one: Decision, fate: str, usage: str, reason: str
) -> None:
    assert list(map(in_one, decision_events(one, NOW, mode=Mode.ENFORCE))) == [
        event_about(
            EventKind.RENEWAL_WARNING,
            "604800",
            f"@latte on tiktok renews for $150.00 in 3 d 4 h, Thu 21 May 16:00 UTC; {fate}",
            rung=7 * D,
            facts=renewal_facts(Usage(usage), held=reason == "held", reason=Reason(reason)),
        )
    ]


def test_after_a_hold_nothing_is_promised_that_something_else_keeps() -> None:
    """`will renew: held` was told of what was given back once its hold was over; protected, it renews."""
    protecting = (policy(warn=(7 * D,), protect=Protect(handles=("latte",))),)
    (told,) = decision_events(
        decision(ONE, policies=protecting, held=hold(until=NOW + 2 * D)), NOW, mode=Mode.ENFORCE
    )
    assert told.text.endswith("; will renew: held")


REFUSED = decision(ONE, policies=LADDER, standing=PeriodState(refused=True))
WINDOW = replace(ONE, renews_at=NOW + H)
IN_TIME = Received(at=NOW - 72 * H, not_before=NOW - H)


@pytest.mark.parametrize(
    ("one", "mode", "fate"),
    [
        pytest.param(
            decision(ONE, policies=LADDER, mode=Mode.OBSERVE),
            Mode.OBSERVE,
            "would be released before that unless it is used or held (observe mode: nothing will be)",
            id="observe mode",
        ),
        pytest.param(
            decision(ONE, policies=ASKING, mode=Mode.OBSERVE),
            Mode.OBSERVE,
            "would be released before that unless it is used, held or hot (observe mode: nothing will be)",
            id="observe mode, to be asked how healthy it is",
        ),
        pytest.param(
            decision(WINDOW, policies=LADDER, standing=PeriodState(notice=IN_TIME), mode=Mode.OBSERVE),
            Mode.OBSERVE,
            "would be released before that unless it is used or held (observe mode: nothing will be)",
            id="observe mode, now",
        ),
        pytest.param(REFUSED, Mode.ENFORCE, "will renew: the API refused the release", id="refused"),
        pytest.param(
            decision(WINDOW, policies=LADDER),
            Mode.ENFORCE,
            "will renew: announcement too late",
            id="notice late",
        ),
    ],
)
def test_a_warning_promises_no_release_that_will_not_come(one: Decision, mode: Mode, fate: str) -> None:
    first = next(decision_events(one, NOW, mode=mode))

    assert first.kind is EventKind.RENEWAL_WARNING
    assert first.text.endswith(f"; no post published through Layers for 40 d; {fate}")


def test_a_clock_that_is_not_sure_says_of_nothing_that_it_is_too_late() -> None:
    """Its warnings said "will renew: too late" of releases that were still to come."""
    (told,) = decision_events(decision(WINDOW, policies=LADDER), NOW, mode=Mode.ENFORCE, sure=False)

    assert told.text.endswith("; may renew: whether there is still time for its release our clock cannot say")


@pytest.mark.parametrize(
    ("reason", "cause", "why"),
    [
        (Reason.TOO_LATE, Cause.BRAKED, "stopped by a brake"),
        (Reason.TOO_LATE, Cause.WATCHER_DOWN, "watcher not running"),
        (Reason.NOTICE_LATE, Cause.WATCHER_DOWN, "watcher not running"),
        (Reason.NOTICE_LATE, Cause.NOTICE_LATE, "announcement too late"),
    ],
)
def test_a_missed_release_is_told_with_its_cause_and_price(reason: Reason, cause: Cause, why: str) -> None:
    ahead = replace(ONE, renews_at=NOW + H)
    renewal = when(ahead.renews_at, NOW, UTC)
    told = missed_event(ahead, reason=reason, why=Explanation(cause=cause), policy="standard", now=NOW)

    assert (told.kind, told.text, told.plain_facts()) == (
        EventKind.DEADLINE_MISSED,
        f"@latte on tiktok was to be released but will not be ({why}): $150.00 will be paid {renewal}",
        {"reason": reason.value, "cause": cause.value, "because": why, "policy": "standard"},
    )


def test_a_missed_release_names_the_brake_that_stopped_it() -> None:
    """ "(stopped by a brake)" was all that was told of it: not which, nor that nobody had approved."""
    ahead = replace(ONE, renews_at=NOW + H)
    why = Explanation(cause=Cause.BRAKED, title="halted: too many releases", details=("3 releases, limit 2",))
    told = missed_event(ahead, reason=Reason.TOO_LATE, why=why, policy="standard", now=NOW)

    assert told.text == (
        "@latte on tiktok was to be released but will not be (halted: too many releases): "
        f"$150.00 will be paid {when(ahead.renews_at, NOW, UTC)}; 3 releases, limit 2"
    )
    assert told.plain_facts()["because"] == "halted: too many releases"


def test_found_after_its_renewal_it_says_what_was_paid() -> None:
    paid = replace(ONE, renews_at=NOW - H)
    told = missed_event(
        paid, reason=Reason.TOO_LATE, why=Explanation(cause=Cause.WATCHER_DOWN), policy="standard", now=NOW
    )

    assert told.text == (
        "@latte on tiktok was to be released but was not (watcher not running): "
        "$150.00 was paid 1 h ago, Mon 18 May 11:00 UTC"
    )


def test_a_release_is_missed_once_whenever_that_is_found() -> None:
    ahead = replace(ONE, renews_at=NOW + H)
    keys = {
        missed_event(
            ahead, reason=reason, why=Explanation(cause=Cause.BRAKED), policy="standard", now=now
        ).key
        for reason, now in ((Reason.NOTICE_LATE, NOW), (Reason.TOO_LATE, NOW + 2 * H))
    }

    assert len(keys) == 1


@pytest.mark.parametrize(
    "one",
    [
        decision(account(renews_in=31 * H)),
        decision(account(renews_in=90 * H)),
        decision(
            account(renews_in=H), standing=PeriodState(notice=Received(at=NOW - 72 * H, not_before=NOW))
        ),
        decision(enrolled=False),
    ],
)
def test_steps_that_are_told_by_others_or_not_at_all_tell_nothing_here(one: Decision) -> None:
    assert list(map(in_one, decision_events(one, NOW, mode=Mode.ENFORCE))) == []


def entry(name: str, place: Place = Place.DUE) -> Entry:
    one = account(name)
    return Entry(
        period=one.period,
        project=one.project,
        handle=name,
        price_cents=15_000,
        place=place,
        closes=None if place is Place.DONE else NOW + 6 * H,
    )


DOCKET = Docket(entries=(entry("done", Place.DONE), entry("a"), entry("b", Place.OPENING)))


def announced(*halts: Halt, live: bool = True, goes_on: datetime | None = None) -> Event:
    one = decision(replace(ONE, renews_at=NOW + 31 * H))
    coming = whole = None
    if halts:
        own = replace(entry("latte", Place.OPENING), period=one.account.period, closes=NOW + 31 * H - 10 * M)
        coming = matter(halts, Docket(entries=(own,)), goes_on=goes_on)
        whole = matter(halts, DOCKET)
    step = Announce(not_before=NOW + 25 * H)
    return announcement(one, step, NOW, live=live, coming=coming, whole=whole)


GOES_ON = (
    "the release of @latte will be halted and goes on by itself, by Tue 19 May 15:00 UTC: "
    "too many releases (24 releases, limit 20)"
)


def test_what_goes_on_by_itself_is_told_to_do_so() -> None:
    """`@latte will be released …; will be halted: too many releases` left open which of both is so."""
    told = announced(MANY, goes_on=NOW + 27 * H)
    assert told.what.startswith("@latte on tiktok will be released in 1 d 1 h")
    assert told.clauses[-1].text == GOES_ON


def test_what_goes_on_by_itself_asks_for_nothing_that_is_asked_for_others() -> None:
    """Its message was headed "$600.00 will not be saved unless 4 releases are approved", with no command."""
    told = announced(MANY, goes_on=NOW + 27 * H)
    assert isinstance(told.facts, AnnouncementFacts)
    assert told.facts.coming_halt is None


def test_a_warning_of_what_goes_on_by_itself_does_not_say_that_it_will_renew() -> None:
    """`its release is halted, so it will renew unless that ends in time`: it was given back an hour later."""
    one = decision(replace(ONE, renews_at=NOW + 31 * H), policies=(policy(warn=(2 * D,)),))
    own = replace(entry("latte", Place.OPENING), period=one.account.period, closes=NOW + 31 * H - 10 * M)
    coming = matter([MANY], Docket(entries=(own,)), goes_on=NOW + 27 * H)
    told = unsent_warning(one, coming, NOW)
    assert told is not None
    assert told.text.endswith("; " + GOES_ON.replace(": ", "; ", 1))
    (promised,) = decision_events(one, NOW, mode=Mode.ENFORCE, coming=coming)
    assert promised.text.endswith("; will be released before that unless it is used or held")


MANY = Halt(brake=kinds.TOO_MANY, measured="24 releases", limit="20")
OLD = Halt(brake=kinds.DATA_AGE, measured="facts 2 h old", limit="30 min")
READ = "old facts end with a turn that reads everything in time"


def test_in_observe_mode_a_warning_says_what_brakes_would_do() -> None:
    one = decision(replace(ONE, renews_at=NOW + 31 * H), policies=(policy(warn=(2 * D,)),))
    own = replace(entry("latte", Place.OPENING), period=one.account.period, closes=NOW + 31 * H - 10 * M)
    coming = matter([MANY], Docket(entries=(own,)))
    (told,) = decision_events(one, NOW, mode=Mode.OBSERVE, coming=coming)
    assert told.text.endswith(
        f"; its release would be halted, so it would renew {coming.condition(NOW)}: "
        "too many releases (24 releases, limit 20) (observe mode: nothing is released)"
    )


WHEN = "in 1 d 1 h, Tue 19 May 13:00 UTC at the earliest"
REST = (
    "saving $150.00 due in 1 d 7 h, Tue 19 May 19:00 UTC; "
    "no post published through Layers for 40 d; to keep it: lease-watcher hold sa_latte"
)
PROMISE = (
    f"@latte on tiktok is announced to be released {WHEN}, and $150.00 is due in 1 d 7 h, Tue 19 May 19:00 "
    "UTC; no post published through Layers for 40 d; to keep it: lease-watcher hold sa_latte"
)
APPROVE = (
    "`lease-watcher approve "
    + Docket(entries=(replace(entry("latte"), period=replace(ONE, renews_at=NOW + 31 * H).period),)).id
    + " --reason WHY`"
)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (announced(), f"@latte on tiktok will be released {WHEN}, {REST}"),
        (
            announced(live=False),
            f"@latte on tiktok would be released {WHEN} (observe mode: nothing will be), {REST}",
        ),
        (
            announced(OLD),
            "$150.00 will not be saved unless what halts the release of @latte is put right by "
            f"Tue 19 May 18:35 UTC; {PROMISE}; will be halted: facts too old (facts 2 h old, limit 30 min); "
            f"{READ}",
        ),
        (
            announced(MANY),
            "$150.00 will not be saved unless the release of @latte is approved by Tue 19 May 18:35 UTC; "
            f"{PROMISE}; will be halted: too many releases (24 releases, limit 20); {APPROVE} allows exactly "
            "these",
        ),
        (
            announced(MANY, live=False),
            f"@latte on tiktok would be released {WHEN} (observe mode: nothing will be), {REST}; "
            f"would be halted: too many releases (24 releases, limit 20); {APPROVE} allows exactly these",
        ),
    ],
)
def test_an_announcement_tells_when_why_how_to_stop_it_and_what_would_halt_it(
    event: Event, text: str
) -> None:
    moved = replace(ONE, renews_at=NOW + 31 * H)
    assert isinstance(event.facts, AnnouncementFacts)
    of_a_halt = dict.fromkeys(["docket", "by", "coming_halt", "halted_together", "first_by"])
    facts = replace(event.facts, **of_a_halt, brakes=())

    assert in_one(replace(event, facts=facts)) == Event(
        kind=EventKind.RELEASE_ANNOUNCED,
        key=f"release.announced:{ONE.id}:{moved.renews_at.isoformat()}:{NOW.isoformat()}",
        at=NOW,
        what=text,
        project=ONE.project,
        account=ONE.id,
        handle="latte",
        platform="tiktok",
        period=moved.period,
        cents=15_000,
        facts=AnnouncementFacts(not_before=NOW + 25 * H, reason=Reason.UNUSED, policy="standard"),
    )


@pytest.mark.parametrize(
    ("halts", "names", "text"),
    [
        (
            [OLD, replace(MANY, project=ONE.project)],
            "data_age,too_many",
            "$300.00 will not be saved unless what halts 2 releases is put right by Mon 18 May 17:45 UTC; "
            "2 releases are halted, 1 of them due now (@a, @b): facts too old (facts 2 h old, limit 30 min); "
            f"too many releases in prj_acme (24 releases, limit 20); {READ}; "
            f"`lease-watcher approve {DOCKET.id} --reason WHY` allows exactly these",
        ),
        (
            [MANY],
            "too_many",
            "$300.00 will not be saved unless 2 releases are approved by Mon 18 May 17:45 UTC; "
            "2 releases are halted, 1 of them due now (@a, @b): too many releases (24 releases, limit 20); "
            f"`lease-watcher approve {DOCKET.id} --reason WHY` allows exactly these",
        ),
    ],
)
def test_a_halt_names_every_brake_and_the_approval_where_one_helps(
    halts: list[Halt], names: str, text: str
) -> None:
    assert in_one(halted(*halts, docket=DOCKET)) == Event(
        kind=EventKind.BRAKE_HALTED,
        key=f"brake.halted:{DOCKET.id}:{names}",
        problem="brake.halted",
        at=NOW,
        what=text,
        cents=30_000,
        facts=HaltFacts(
            docket=DOCKET.id, brakes=tuple(names.split(",")), releases=2, by=NOW + 6 * H - 15 * M
        ),
    )


def test_a_halt_of_many_names_the_first_and_the_command_that_lists_them() -> None:
    """ "$2,700.00 will not be saved unless 18 releases are approved" was told, and of which was not."""
    (event,) = every_kind.told(EventKind.BRAKE_HALTED, 120)
    named = "@latte.art.lab, @kai, @tiny.desk.plants, @retro.synth.daily, @dawn_patrol_surf_reports_24"
    assert f"120 releases are halted ({named} and 115 more): too many releases" in event.text
    assert isinstance(event.facts, HaltFacts)
    assert event.text.endswith(f"; `lease-watcher docket {event.facts.docket}` lists all of them")


@pytest.mark.parametrize("kind", EventKind)
def test_a_moment_that_is_named_is_a_fact(kind: EventKind) -> None:
    """ "$150.00 will not be saved unless it is read by Thu 20 May 18:33 UTC" was delivered hours after that:
    of a project that cannot be read, and of a clock that is off, the moment stood in the words alone.
    """
    for event in (*every_kind.told(kind, 1), *every_kind.told(kind, 3)):
        if re.search(r"not be saved unless [^;]* by [A-Z]", event.text):
            assert last_moment(event) is not None


def attempt(ended: Ending, detail: str = "") -> Attempt:
    return Attempt(
        period=ONE.period,
        project=ONE.project,
        handle="latte",
        platform="tiktok",
        price_cents=15_000,
        ended=ended,
        at=NOW,
        detail=detail,
        policy="standard",
    )


@pytest.mark.parametrize(
    ("ended", "kind", "once_a", "text"),
    [
        (
            Ending.RELEASED,
            EventKind.RELEASE_DONE,
            NOW.isoformat(),
            "@latte on tiktok was released%; $150.00 a month saved",
        ),
        (
            Ending.GONE_NOT_BY_US,
            EventKind.ACCOUNT_GONE,
            NOW.isoformat(),
            "@latte on tiktok was leased seconds before our DELETE and not there any more%; it cost $150.00 "
            "a month; somebody else gives back accounts of this fleet: if it is another watcher (another "
            "number of shards, or a whole one beside shards), stop one of them",
        ),
        (
            Ending.REFUSED,
            EventKind.RELEASE_FAILED,
            NOW.isoformat(),
            "@latte on tiktok was not released, as the API refused: $150.00 will be paid unless it is given "
            "back by Thu 21 May 15:35 UTC#; not tried again without a person; ask the provider why; "
            "`lease-watcher resolve sa_latte --as not-released --reason WHY` tries it once more",
        ),
        (
            Ending.NOT_DONE,
            EventKind.RELEASE_FAILED,
            NOW.isoformat(),
            "@latte on tiktok was not released, as the DELETE had no effect#; it is tried once more while "
            "its window is open, or $150.00 is due in 3 d 4 h, Thu 21 May 16:00 UTC",
        ),
        (
            Ending.UNKNOWN,
            EventKind.RELEASE_UNKNOWN,
            "2026-05-18",
            "@latte on tiktok was perhaps released#; if it was not, $150.00 is due in 3 d 4 h, Thu 21 May "
            "16:00 UTC; until that is known nothing else of its project is released; the next turn reads it "
            "back; if you know how it ended: `lease-watcher resolve sa_latte --as released --reason WHY` (or "
            "not-released)",
        ),
    ],
)
@pytest.mark.parametrize(("detail", "behind"), [("", ""), ("404: not there", " (404: not there)")])
def test_an_attempt_tells_how_it_ended(
    ended: Ending, kind: EventKind, once_a: str, text: str, detail: str, behind: str
) -> None:
    by = ONE.renews_at - 25 * M
    assert list(map(in_one, attempt_events(attempt(ended, detail), by=by))) == [
        event_about(
            kind,
            once_a,
            text.replace("%", behind).replace("#", f"; {detail}" if detail else ""),
            facts=AttemptFacts(
                verified=True,
                policy="standard",
                ended=ended if kind is EventKind.RELEASE_FAILED else None,
                by=by if ended is Ending.REFUSED else None,
            ),
        )
    ]


@pytest.mark.parametrize(
    ("ended", "follows"),
    [
        (Ending.NOT_DONE, "it is too late to try again: $150.00 was due 1 h ago, Thu 21 May 16:00 UTC"),
        (Ending.UNKNOWN, "if it was not, $150.00 was due 1 h ago, Thu 21 May 16:00 UTC"),
    ],
)
def test_what_is_found_out_after_the_renewal_promises_nothing_before_it(ended: Ending, follows: str) -> None:
    """`it is tried once more while its window is open, or $150.00 are due 12 h 29 min ago`."""
    late = replace(attempt(ended), at=ONE.renews_at + H)
    (told,) = attempt_events(late)
    assert told.clauses[0].text == follows
    (now,) = attempt_events(replace(late, at=ONE.renews_at))
    assert "$150.00 was due now, " in now.clauses[0].text
    (before,) = attempt_events(replace(late, at=ONE.renews_at - M))
    assert "$150.00 is due in 1 min, " in before.clauses[0].text


def test_the_last_attempt_without_effect_says_that_a_person_must_allow_another() -> None:
    """It was said to be tried once more, which it was not."""
    last = replace(attempt(Ending.NOT_DONE), spent=True)
    (told,) = map(in_one, attempt_events(last, by=ONE.renews_at - 25 * M))
    assert told.what == (
        "@latte on tiktok was not released, as the DELETE had no effect: $150.00 will be paid unless it is "
        "given back by Thu 21 May 15:35 UTC; not tried again without a person; ask the provider why; "
        "`lease-watcher resolve sa_latte --as not-released --reason WHY` tries it once more"
    )


@pytest.mark.parametrize("ended", [Ending.NOT_SENT, Ending.HALTED, Ending.CHANGED, Ending.UNREADABLE])
def test_an_attempt_that_sent_nothing_is_told_by_the_halt_or_the_next_turn(ended: Ending) -> None:
    assert list(attempt_events(attempt(ended))) == []


@pytest.mark.parametrize(
    ("id_", "handle", "who"),
    [
        ("sa_1", "latte", "@latte (sa_1)"),
        ("sa_1", None, "sa_1"),
        (None, None, "an account without an id"),
        (None, "latte", "@latte"),
    ],
)
def test_an_account_that_is_not_understood_is_named_as_far_as_it_can_be(
    id_: str | None, handle: str | None, who: str
) -> None:
    one = Quarantined(
        project=ONE.project, id=id_, handle=handle, flaw=Flaw.MALFORMED_FIELD, field="nextRenewalAt"
    )

    assert in_one(quarantine_event(one, NOW, {})) == Event(
        kind=EventKind.ACCOUNT_QUARANTINED,
        key=f"account.quarantined:prj_acme:{id_}:malformed_field:nextRenewalAt",
        problem=f"account.quarantined:prj_acme:{id_}:malformed_field:nextRenewalAt",
        at=NOW,
        what=f"{who} is left alone, as the API's answer is not understood: a field is malformed "
        "(nextRenewalAt); meanwhile each renewal is paid; ask the provider; an account that is not "
        "understood is never released",
        project=ONE.project,
        handle=handle,
        facts=QuarantineFacts(
            flaw=Flaw.MALFORMED_FIELD, because="a field is malformed (nextRenewalAt)", id=id_
        ),
    )


def test_an_unreadable_project_is_one_problem_whatever_the_api_says_of_it() -> None:
    unread = Unread(project=ONE.project, name="acme", code="NOT_FOUND", why="there is no such project")

    assert unread_event(unread, NOW) == Event(
        kind=EventKind.PROJECT_UNREADABLE,
        key="project.unreadable:prj_acme",
        problem="project.unreadable:prj_acme",
        at=NOW,
        what="project acme cannot be read: there is no such project",
        clauses=(to_do("check the project's id: the key's organisation has no such project"),),
        project=ONE.project,
        facts=UnreadableFacts(code="NOT_FOUND"),
    )


def test_doubt_is_one_problem_of_a_project_with_every_reason() -> None:
    whys = (WhyUnknown.UNREADABLE, WhyUnknown.MISSING_TIME, WhyUnknown.UNREADABLE)
    told = doubt_event("prj_acme", "acme", [decision(ONE, activity=Unknown(why=why)) for why in whys], NOW)

    assert told is not None
    assert (told.kind, told.key) == (
        EventKind.ACTIVITY_UNKNOWN,
        "activity.unknown:prj_acme:missing_time,unreadable",
    )
    assert told.text == (
        "the use of 3 accounts in project acme is unknown (a post has no time; posts could not be read): "
        "not released; they renew for $450.00 a month, the first in 3 d 4 h, Thu 21 May 16:00 UTC; "
        "ask the provider when it was; the next turn reads again what could not be read; if it lasts, ask "
        "the provider"
    )
    assert told.project == "prj_acme"


def of_health(why: WhyHealthUnknown, **facts: Any) -> Decision:
    named = (policy(evidence=("posts", "health")),)
    return decision(ONE, policies=named, health=HealthUnknown(why=why), **facts)


def test_doubt_about_health_is_told_as_that_beside_doubt_about_use() -> None:
    told = doubt_event("prj_acme", "acme", [of_health(WhyHealthUnknown.MISSING_SCOPE)], NOW)

    assert told is not None
    assert told.key == "activity.unknown:prj_acme:health:missing_scope"
    assert told.text == (
        "the health of 1 account in project acme is unknown (the key lacks social:read): not released; "
        "it renews for $150.00 a month in 3 d 4 h, Thu 21 May 16:00 UTC; "
        "give the key the scope social:read, or take health out of the evidence"
    )
    unread = decision(ONE, activity=Unknown(why=WhyUnknown.UNREADABLE))
    both = doubt_event("prj_acme", "acme", [of_health(WhyHealthUnknown.TOO_OLD), unread], NOW)
    assert both is not None
    assert both.what == (
        "the use of 1 account and the health of 1 account in project acme are unknown (posts could not be "
        "read; the answer was kept by somebody in between): not released"
    )
    assert both.problem == told.problem == "activity.unknown:prj_acme"


def test_of_use_and_health_both_unknown_it_is_its_use_that_is_told() -> None:
    both = of_health(WhyHealthUnknown.UNREADABLE, activity=Unknown(why=WhyUnknown.UNREADABLE))
    told = doubt_event("prj_acme", "acme", [both], NOW)
    assert told is not None
    assert told.what.startswith("the use of 1 account in project acme is unknown (posts could not be read)")


@pytest.mark.parametrize("silent", [WhyUnknown.NO_POST_EVER_SHOWN, WhyUnknown.NOT_ASKED])
def test_silence_about_use_is_no_doubt_beside_health_that_could_not_be_read(silent: WhyUnknown) -> None:
    """Of an account to be given back at its term "the use … is unknown (no post ever shown): not released"
    was told, and to set evidence_complete: what kept it was its health.
    """
    named = (
        policy(
            evidence=("posts", "health"),
            release=ReleaseRule(when=ReleaseWhen.ALWAYS, cancel_queued=True),
        ),
    )
    health = HealthUnknown(why=WhyHealthUnknown.UNREADABLE)
    one = decision(ONE, policies=named, health=health, activity=Unknown(why=silent))
    told = doubt_event("prj_acme", "acme", [one], NOW)
    assert told is not None
    assert told.key == "activity.unknown:prj_acme:health:unreadable"
    assert told.text == (
        "the health of 1 account in project acme is unknown (it could not be read): not released; "
        "it renews for $150.00 a month in 3 d 4 h, Thu 21 May 16:00 UTC; "
        "the next turn asks for the health again; if it lasts, ask the provider"
    )


def test_without_doubt_nothing_is_told() -> None:
    assert doubt_event("prj_acme", "acme", [], NOW) is None
    assert doubt_event("prj_acme", "acme", [decision(ONE)], NOW) is None


def lateness_told(decided: Decision) -> Iterator[Event]:
    for cause in Cause:
        yield missed_event(
            decided.account, reason=Reason.TOO_LATE, why=Explanation(cause=cause), policy="standard", now=NOW
        )
    for change in Change:
        since = Since.exactly(change, NOW - H)
        late = Lateness(due=NOW - D, late=(since,))
        told = too_late_event(decided, late, NOW)
        assert told is not None
        yield told


def everything_told() -> Iterator[Event]:
    activities: list[Activity] = [QUIET, published(D), NOT_ASKED]
    activities += [Seen(at=NOW - D, what=use) for use in Use] + [Unknown(why=why) for why in WhyUnknown]
    whens = [policy(release=ReleaseRule(when=when), warn=(7 * D, H)) for when in ReleaseWhen]
    faceless = replace(ONE, followers=None)
    lefts = (4 * D, 31 * H, H, timedelta(minutes=5), -H)
    for one, activity, rule, left, told in product(
        (ONE, faceless), activities, whens, lefts, ((), (7 * D, H))
    ):
        decided = decision(
            replace(one, renews_at=NOW + left),
            activity=activity,
            policies=(rule,),
            standing=PeriodState(told=frozenset(told)),
        )
        yield from decision_events(decided, NOW, mode=Mode.ENFORCE)
        yield from lateness_told(decided)
        if isinstance(decided.step, Announce):
            yield announcement(decided, decided.step, NOW, live=True)
    for ended in Ending:
        yield from attempt_events(attempt(ended))
    for brake in BRAKES:
        yield halted(replace(MANY, brake=brake), docket=DOCKET)


def test_no_sentence_shows_a_value_that_is_missing_or_a_word_of_ours() -> None:
    told = list(everything_told())

    assert {event.kind for event in told} == {
        EventKind.RENEWAL_WARNING,
        EventKind.DEADLINE_MISSED,
        EventKind.RELEASE_TOO_LATE,
        EventKind.RELEASE_ANNOUNCED,
        EventKind.RELEASE_DONE,
        EventKind.RELEASE_FAILED,
        EventKind.RELEASE_UNKNOWN,
        EventKind.ACCOUNT_GONE,
        EventKind.BRAKE_HALTED,
    }
    for event in told:
        text = event.text.replace(ONE.id, "").replace("brakes.min_history", "")
        assert not any(sign in text for sign in ("None", "_", "<", "datetime", "\n")), event.text


def test_the_same_handle_on_two_platforms_gives_two_messages_that_differ() -> None:
    """Two accounts of one handle were announced in words that looked alike: which was to be kept?"""

    def announced_on(platform: str) -> Event:
        made = decision(account("brand", platform=platform))
        assert isinstance(made.step, Announce)
        return announcement(made, made.step, NOW, live=True)

    assert announced_on("tiktok").text.startswith("@brand on tiktok will be released")
    assert announced_on("insta; gram").text.startswith("@brand on insta;gram will be released")
    assert announced_on("instagram").platform == "instagram"


SHADOW = policy("shadow", match=Match(health=(HealthTier.SHADOWBANNED,)))


def test_of_a_policy_that_matches_by_health_the_doubt_says_what_to_do_about_that() -> None:
    lost = decision(
        ONE, policies=(SHADOW, policy()), health=HealthUnknown(why=WhyHealthUnknown.MISSING_SCOPE)
    )
    told = doubt_event("prj_acme", "acme", [lost], NOW)
    assert told is not None
    assert told.text.endswith(
        "give the key the scope social:read, or take health out of the match of policies"
    )


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (HealthTier.SHADOWBANNED, "its health is shadow-banned"),
        (HealthTier.WARM, None),
        (HealthUnknown(why=WhyHealthUnknown.UNREADABLE), "for which policy governs it cannot be told"),
    ],
)
def test_a_health_is_told_where_it_is_why_a_policy_governs(health: Health, words: str | None) -> None:
    warning = replace(SHADOW, warn=(7 * D,))
    one = decision(ONE, policies=(warning, *LADDER), health=health)
    (told, *_) = decision_events(one, NOW, mode=Mode.ENFORCE, sure=True)
    assert ("health is" in told.text) is (words is not None)
    assert words is None or words in told.text
