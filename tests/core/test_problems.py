"""Standing problems: told when they begin or change, once a day, and when they are over."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, account
from tests.every_kind import told
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.messages.clauses import follows, to_do, to_type, why
from watcher.messages.events import Event, EventKind, OverFacts, UndoneFacts
from watcher.messages.problems import Followed, Problem, ProblemParts, by_project, follow, unnoted
from watcher.messages.release_messages import undone_event
from watcher.record.intents import GivenBack
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.texts.commands import to_try_again

TICK = timedelta(microseconds=1)


def found(content: str = "off", problem: str = "clock.off", at: datetime = NOW) -> Event:
    return Event(kind=EventKind.CLOCK_OFF, key=content, at=at, what=f"it is {content}", problem=problem)


def known(content: str = "off", *, since: datetime = NOW, told_at: datetime = NOW) -> Problem:
    return Problem(
        id="clock.off",
        kind=EventKind.CLOCK_OFF,
        content=content,
        text=f"it is {content}",
        since=since,
        told_at=told_at,
    )


@pytest.mark.parametrize(
    ("began", "since"), [(NOW - H, NOW - H), (NOW, NOW), (NOW + H, NOW)], ids=["before", "now", "to come"]
)
def test_what_is_told_only_after_a_while_is_remembered_since_it_began(
    began: datetime, since: datetime
) -> None:
    told_late = follow([found()], {}, NOW, began={"clock.off": began, "another": NOW - D})
    assert told_late.standing == (known(since=since),)


def test_a_new_problem_is_told_and_remembered() -> None:
    assert follow([found()], {}, NOW) == Followed(
        events=(replace(found(), key="off:2026-05-18T12:00:00+00:00"),), standing=(known(),)
    )


@pytest.mark.parametrize(("later", "told"), [(H, False), (D - TICK, False), (D, True), (3 * D, True)])
def test_it_is_told_again_after_a_day_and_not_before(later: timedelta, told: bool) -> None:
    now = NOW + later
    followed = follow([found(at=now)], {"clock.off": known()}, now)
    if told:
        assert followed.standing == (known(told_at=now),)
        assert [event.key for event in followed.events] == [f"off:{now.isoformat()}"]
    else:
        assert followed == Followed(silent=((found(at=now), NOW),))


def test_what_changed_about_it_is_told_at_once_and_it_is_as_old_as_before() -> None:
    now = NOW + H
    followed = follow([found("off by hours", at=now)], {"clock.off": known()}, now)
    assert [event.text for event in followed.events] == ["it is off by hours"]
    assert followed.standing == (known("off by hours", told_at=now),)


def test_what_was_looked_at_and_not_found_is_over_and_that_is_told() -> None:
    now = NOW + 2 * H
    assert follow([], {"clock.off": known()}, now) == Followed(
        events=(
            Event(
                kind=EventKind.PROBLEM_RESOLVED,
                key="problem.resolved:clock.off:2026-05-18T12:00:00+00:00",
                at=now,
                what="over after 2 h: this machine's clock was too far off the API's",
                problem="clock.off",
                facts=OverFacts(was=EventKind.CLOCK_OFF, since=NOW),
            ),
        ),
        over=("clock.off",),
    )


def test_a_project_that_can_be_read_again_has_recovered() -> None:
    acme = ProjectId("prj_acme")
    unreadable = replace(known(), id="p", kind=EventKind.PROJECT_UNREADABLE, project=acme)
    (event,) = follow([], {"p": unreadable}, NOW).events
    assert (event.kind, event.project, event.problem) == (EventKind.PROJECT_RECOVERED, acme, "p")
    assert event.what.startswith("project prj_acme can be read again, after ")
    (gone,) = follow([], {"p": unreadable}, NOW, unwatched={acme}).events
    assert gone.what.endswith(": project prj_acme could not be read")


def test_of_a_release_that_did_not_last_it_is_said_whose_it_was_when_that_is_over() -> None:
    """`over after 6 h: sa_01HX9Y7K8M2P4RSTUV56780000 was leased on`, and nobody knew which account."""
    (undone,) = told(EventKind.RELEASE_UNDONE, 1)
    (one,) = follow([undone], {}, NOW).standing
    (over,) = follow([], {one.id: one}, NOW + 6 * H).events
    assert over.what == (
        "over after 6 h: @latte.art.lab on tiktok stayed leased, although its release was confirmed"
    )
    (older,) = follow([], {one.id: replace(one, text="it did not last")}, NOW + 6 * H).events
    assert older.what == f"over after 6 h: {undone.account} stayed leased, although its release was confirmed"


def test_a_problem_that_comes_back_is_told_anew() -> None:
    over = follow([], {"clock.off": known()}, NOW + H)
    again = follow([found(at=NOW + 2 * H)], {}, NOW + 2 * H)
    keys = {event.key for event in (*over.events, *again.events, *follow([found()], {}, NOW).events)}
    assert len(keys) == 3


def test_the_same_problem_found_twice_is_one() -> None:
    assert len(follow([found(), found("worse")], {}, NOW).events) == 1


@pytest.mark.parametrize(("said", "silent"), [(NOW - TICK, 1), (NOW, 0), (NOW + H, 0)])
def test_a_person_takes_note_of_what_stands_not_of_what_stood_before(said: datetime, silent: int) -> None:
    ack = Override(kind=OverrideKind.ACKNOWLEDGE, at=said, by="jo", why="seen", problem="clock.off")
    assert len(list(unnoted([(found(), NOW)], Overrides(said=(ack,))))) == silent


def test_problems_are_parted_by_project() -> None:
    acme = ProjectId("prj_acme")
    of_acme = replace(known(), id="p", project=acme)
    assert by_project({"clock.off": known(), "p": of_acme}) == {acme: {"p": of_acme}}


def of_words(*parts: str) -> ProblemParts:
    return ProblemParts(words=frozenset(parts))


def of_periods(*parts: str) -> ProblemParts:
    return ProblemParts(
        words=frozenset({"too_many"}), periods=frozenset(account(one).period for one in parts)
    )


def halt(parts: ProblemParts, at: datetime = NOW) -> tuple[Event, Mapping[str, ProblemParts]]:
    event = Event(kind=EventKind.BRAKE_HALTED, key=f"halt {parts}", at=at, what="halted", problem="halt")
    return event, {"halt": parts}


@pytest.mark.parametrize("of", [of_words, of_periods])
@pytest.mark.parametrize(
    ("then", "news"),
    [(("a", "b"), 0), (("a",), 0), (("b",), 0), (("a", "b", "c"), 1), (("c",), 1), (("a", "c"), 1)],
    ids=["the same", "one left", "the other left", "one joined", "another", "one left, another joined"],
)
def test_what_joins_what_was_told_is_news_and_what_leaves_it_is_none(
    then: tuple[str, ...], news: int, of: Callable[..., ProblemParts]
) -> None:
    """While one deadline stood as told, another that came near was told only after it had passed."""
    first, parts = halt(of("a", "b"))
    [told] = follow([first], {}, NOW, parts=parts).standing
    second, parts = halt(of(*then))
    followed = follow([second], {"halt": told}, NOW + H, parts=parts)
    assert (len(followed.events), len(followed.silent), followed.over) == (news, 1 - news, ())


def test_what_left_and_comes_back_was_told() -> None:
    first, parts = halt(of_periods("a", "b"))
    [told] = follow([first], {}, NOW, parts=parts).standing
    for then in (("a",), ("a", "b")):
        event, parts = halt(of_periods(*then))
        followed = follow([event], {"halt": told}, NOW + H, parts=parts)
        assert (followed.events, followed.standing) == ((), ())


def test_the_lease_periods_of_a_problem_are_remembered_as_what_they_are() -> None:
    """They were read back from its words, where an id or a reason that looked like one was taken for one."""
    event, parts = halt(of_periods("latte", "aeropress"))
    [standing] = follow([event], {}, NOW, parts=parts).standing
    assert standing.periods == (account("aeropress").period, account("latte").period)
    assert standing.content == "too_many"
    found = Event(kind=EventKind.CLOCK_OFF, key=account("latte").period.word, at=NOW, what="off", problem="p")
    assert follow([found], {}, NOW).standing[0].periods == ()


def test_what_is_over_is_told_whole_also_where_its_words_hold_an_arrow() -> None:
    """What stood before the first arrow was taken for what had been so: `over after 2 h: it moved 10:00`."""
    moved = Event(
        kind=EventKind.ACCOUNT_QUARANTINED,
        key="k",
        problem="p",
        at=NOW,
        what="it moved 10:00 → 11:00",
        clauses=(to_do("look at it"),),
    )
    [standing] = follow([moved], {}, NOW).standing
    assert (standing.text, standing.follows) == ("it moved 10:00 → 11:00", "look at it")
    [over] = follow([], {"p": standing}, NOW + 2 * H).events
    assert over.text == "over after 2 h: it moved 10:00 → 11:00"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (EventKind.DEADLINE_NEAR, "no turn had succeeded while planned releases became urgent"),
        (EventKind.CONFIG_REFUSED, "the changed configuration was refused"),
    ],
)
def test_what_would_have_been_lost_is_not_threatened_once_it_is_over(kind: EventKind, said: str) -> None:
    """`over after 2 h: 1 planned release will be too late unless a turn succeeds by …`."""
    found = Event(kind=kind, key="k", problem="p", at=NOW, what="$150.00 will not be saved unless …")
    begun = follow([found], {}, NOW)
    over = follow([], {one.id: one for one in begun.standing}, NOW + 2 * H)
    assert [event.text for event in over.events] == [f"over after 2 h: {said}"]


def test_what_is_over_asks_nobody_for_anything() -> None:
    """`over after 2 d: …; nothing is watched until that is lifted` was told when all was watched again."""
    over = replace(
        known(),
        id="api:key_suspended",
        kind=EventKind.KEY_REFUSED,
        text="the provider suspended the key; nothing is watched until that is lifted",
    )
    (told,) = follow([], {over.id: over}, NOW + 2 * H).events
    assert told.text == "over after 2 h: the provider had suspended the key"


def test_no_problem_that_is_over_commands_or_promises_anything() -> None:
    """`over after 4 d: 1 message to boss was given up; lease-watcher outbox shows them, and drops …`."""
    over = [event for kind in told_of(5) for event in kind]
    assert {event.facts.was for event in over if isinstance(event.facts, OverFacts)} >= {
        EventKind.PROJECT_UNREADABLE,
        EventKind.DELIVERY_FAILED,
        EventKind.RELEASE_UNDONE,
        EventKind.BRAKE_HALTED,
    }
    for event in over:
        back = event.kind is EventKind.PROJECT_RECOVERED and event.text.endswith(" again, after 6 h")
        assert event.text.startswith("over after 6 h: ") or back, event.text
        for word in (
            "`",
            "lease-watcher",
            "ask the",
            "look at",
            "check ",
            "will ",
            "next turn",
            "nothing is",
        ):
            assert word not in event.text, event.text


def told_of(count: int) -> Iterator[list[Event]]:
    for kind in (EventKind.PROBLEM_RESOLVED, EventKind.PROJECT_RECOVERED):
        yield told(kind, count)


FIRST, SECOND = (LeasePeriod(account=AccountId(f"sa_{n}"), renews_at=NOW + n * H) for n in (1, 2))


@pytest.mark.parametrize(
    ("to_come", "still", "said"),
    [
        ({FIRST, SECOND}, (), "the halt of 2 releases"),
        ({SECOND}, (), "the halt of 2 releases, 1 of them not to come any more"),
        ((), (), "the halt of 2 releases, none of which is to come any more"),
        (
            {SECOND},
            {SECOND},
            "the halt of 1 release, which is not to come any more; "
            "1 other release told of with it will be halted all the same",
        ),
        ({FIRST, SECOND}, {FIRST, SECOND}, "the halt of 2 releases, until their windows open"),
    ],
    ids=["both may go", "one is held", "both are", "one is held and one halted again", "both halted again"],
)
def test_of_a_halt_only_what_is_over_is_told_to_be(
    to_come: Collection[LeasePeriod], still: Collection[LeasePeriod], said: str
) -> None:
    """`over after 5 h: the halt of 2 releases`: one was paid for, and the other was halted still."""
    event, parts = halt(ProblemParts(periods=frozenset({FIRST, SECOND})))
    standing = {one.id: one for one in follow([event], {}, NOW, parts=parts).standing}
    followed = follow([], standing, NOW + 5 * H, to_come=frozenset(to_come), still_halted=frozenset(still))
    assert [each.text for each in followed.events] == [f"over after 5 h: {said}"]


ACME, BETA = ProjectId("prj_acme"), ProjectId("prj_beta")


@pytest.mark.parametrize(
    ("halted_by", "said", "lifted"),
    [
        (["too_many"], {"kind": OverrideKind.RESUME, "project": BETA}, False),
        (["too_many"], {"kind": OverrideKind.RESUME}, False),
        (["paused prj_acme"], {"kind": OverrideKind.RESUME, "project": BETA}, False),
        (["paused prj_acme"], {"kind": OverrideKind.RESUME, "project": ACME}, True),
        (["paused prj_acme"], {"kind": OverrideKind.RESUME}, True),
        (["paused"], {"kind": OverrideKind.RESUME, "project": ACME}, False),
        (["paused", "too_many"], {"kind": OverrideKind.RESUME}, True),
        (["too_many", "paused"], {"kind": OverrideKind.ACCEPT_BASELINE}, False),
        (["idle_jump", "paused"], {"kind": OverrideKind.ACCEPT_BASELINE}, True),
        (["project_empty prj_acme"], {"kind": OverrideKind.ACCEPT_BASELINE}, True),
        (["too_many"], {"kind": OverrideKind.APPROVE, "periods": (FIRST,)}, True),
        (["keep_at_least prj_acme"], {"kind": OverrideKind.APPROVE, "periods": (SECOND, FIRST)}, True),
        (["too_many"], {"kind": OverrideKind.APPROVE, "periods": (SECOND,)}, False),
        (["paused"], {"kind": OverrideKind.APPROVE, "periods": (FIRST,)}, False),
        (["too_many"], {"kind": OverrideKind.HOLD, "account": FIRST.account}, False),
    ],
)
def test_a_halt_that_is_over_names_only_whose_word_lifts_such_a_brake(
    halted_by: Collection[str], said: Mapping[str, Any], lifted: bool
) -> None:
    """Of `too many`, which ended by itself: "ann resumed releases", said of another project."""
    parts = ProblemParts(words=frozenset(halted_by), periods=frozenset({FIRST}))
    event, by_id = halt(parts)
    standing = {one.id: one for one in follow([event], {}, NOW, parts=by_id).standing}
    word = Override(**({"at": NOW + H, "by": "ann", "why": "fine again"} | said))
    over = follow([], standing, NOW + 2 * H, overrides=Overrides(said=(word,)), to_come=frozenset({FIRST}))
    (told,) = over.events
    assert told.text.startswith("over after 2 h: the halt of 1 release")
    assert ("; ann " in told.text) == lifted


def test_that_lists_are_believed_again_is_by_whom_accepted_them_alone() -> None:
    doubt = Problem(
        id="lists:doubt",
        kind=EventKind.BRAKE_HALTED,
        content="lists:doubt:fleet_drop",
        text="the lists of accounts are not believed",
        since=NOW,
        told_at=NOW,
    )

    def told_after(kind: OverrideKind) -> str:
        word = Override(kind=kind, at=NOW + H, by="ann", why="sold")
        overrides = Overrides(said=(word,))
        return follow([], {doubt.id: doubt}, NOW + 2 * H, overrides=overrides).events[0].text

    assert "ann accepted the fleet as it is now" in told_after(OverrideKind.ACCEPT_BASELINE)
    assert "ann" not in told_after(OverrideKind.RESUME)


def test_a_standing_problem_is_remembered_with_what_is_to_be_done() -> None:
    unreadable = told(EventKind.PROJECT_UNREADABLE, 1)
    assert [one.in_full for one in follow(unreadable, {}, NOW).standing] == [
        "project acme cannot be read: HTTP 403 FORBIDDEN_SCOPE → 4 accounts were leased in it; "
        "give the key the scope leased:write (for discovery: projects:read)"
    ]


@pytest.mark.parametrize(
    ("lost", "later", "said"),
    [
        ({FIRST: 15_000}, H / 2, "2 releases, 1 of them too late: $150.00 will be paid"),
        ({FIRST: 15_000, SECOND: 9_900}, H, "2 releases, 2 of them too late: $249.00 will be paid"),
        ({FIRST: 15_000, SECOND: 9_900}, 2 * H, "2 releases, 2 of them too late: $249.00 was paid"),
    ],
)
def test_the_end_of_a_halt_says_what_was_lost_in_it(
    lost: Mapping[LeasePeriod, int], later: timedelta, said: str
) -> None:
    """`the halt of 2 releases, 2 of them not to come any more`: what that had cost was not said."""
    event, parts = halt(ProblemParts(periods=frozenset({FIRST, SECOND})))
    standing = {one.id: one for one in follow([event], {}, NOW, parts=parts).standing}
    followed = follow([], standing, NOW + later, to_come=frozenset({SECOND}), lost=lost)
    (over,) = followed.events
    assert over.what.partition(": the halt of ")[2] == said
    assert isinstance(over.facts, OverFacts)
    assert over.facts.lost == len(lost)


def test_that_a_release_did_not_last_is_told_with_what_it_costs_and_who_decides() -> None:
    one = account("latte", renews_in=5 * H)
    given_back = GivenBack(period=one.period, assigned_at=one.assigned_at, at=NOW - 2 * H)
    problem = f"release.undone:{one.id}:{one.renews_at.isoformat()}"
    assert undone_event(one, given_back, NOW) == Event(
        kind=EventKind.RELEASE_UNDONE,
        key=problem,
        problem=problem,
        at=NOW,
        what="@latte on tiktok is leased again under the same lease, and $150.00 a month goes on, "
        "next in 5 h, Mon 18 May 17:00 UTC",
        clauses=(
            why("the API had confirmed its release 2 h ago, Mon 18 May 10:00 UTC: nothing was saved"),
            follows("not released again without a person"),
            to_do("ask the provider"),
            to_type(to_try_again(one.id), after=" notes that, and lets it be released again"),
        ),
        project=one.project,
        account=one.id,
        handle="latte",
        platform="tiktok",
        cents=15_000,
        facts=UndoneFacts(confirmed=NOW - 2 * H, renews=one.renews_at),
    )
