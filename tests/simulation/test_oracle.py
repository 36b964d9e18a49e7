"""The oracle sees what it is there to see: one small world in which all is well, and each lie about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulation.happening import Happening
from tests.simulation.model.world import Charge, Deletion, Lease, Look, Post, World
from tests.simulation.oracle import judge
from tests.simulation.oracle.case import Books, Case
from tests.simulation.people import hold
from tests.simulation.rules import Rules
from tests.simulation.seeded import History
from tests.simulation.wire import Delivered, Sent
from watcher.facts.accounts import Account, AccountId, LeasePeriod, ProjectId
from watcher.memory.remembered import FleetMemory
from watcher.memory.savings import Books as Sums
from watcher.memory.savings import savings_of
from watcher.record.outcomes import Cause, Outcome, OutcomeKind
from watcher.record.overrides import Override, OverrideKind
from watcher.record.past_releases import PastRelease

START = datetime(2026, 1, 10, tzinfo=UTC)
END = START + timedelta(days=40)
D, H, M, S = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
RENEWAL = START + 20 * D
SENT = RENEWAL - 5 * H
RULES = Rules(
    enforce=True,
    enrolled=frozenset({"prj_acme"}),
    idle_after=10 * D,
    notice=24 * H,
    lead=6 * H,
    poll=H,
    evidence_complete=True,
)
LEASE = Lease(
    id="sa_1",
    project="prj_acme",
    handle="idle.1",
    platform="tiktok",
    followers=100,
    assigned_at=START - 100 * D,
    renews_at=RENEWAL,
    price_cents=15_000,
    listed_from=START - 100 * D,
    anchor=RENEWAL.day,
    released_at=SENT,
)
DELETION = Deletion(
    account="sa_1",
    begun_at=SENT,
    at=SENT + S,
    done=True,
    status=200,
    renews_at=RENEWAL,
    price_cents=15_000,
)
ACCOUNT = Account(
    id=AccountId("sa_1"),
    project=ProjectId("prj_acme"),
    handle="idle.1",
    platform="tiktok",
    followers=100,
    assigned_at=LEASE.assigned_at,
    renews_at=RENEWAL,
    price_cents=15_000,
)


def told(kind: str, at: datetime, key: str = "1", **changed: Any) -> Delivered:
    event = {
        "kind": kind,
        "account": "sa_1",
        "handle": "idle.1",
        "renews_at": RENEWAL.isoformat(),
        "severity": "info",
        "key": key,
        "facts": {},
    }
    facts: dict[str, Any] = {
        "at": at,
        "receiver": "/0",
        "event": event,
        "live": True,
        "heard": True,
        "digest": "d",
    }
    return Delivered(**{**facts, **changed})


def released() -> Case:
    """One account, unused for long, announced, given back in its window, and in the books."""
    world = World(
        projects={"prj_acme": "acme"}, leases={"sa_1": replace(LEASE)}, scopes=(), secret="", now=END
    )
    world.truth.deletions.append(DELETION)
    world.truth.looks += [
        Look(at=SENT - 3 * S, what="assigned", project="prj_acme"),
        Look(at=SENT - 2 * S, what="posts", project="prj_acme", account="sa_1"),
    ]
    return Case(
        history=History(
            seed=0,
            rules=RULES,
            projects={"prj_acme": "acme"},
            leases=(LEASE,),
            posts=(),
            happenings=(),
            settles=timedelta(),
            page=None,
            on_disk=False,
            start=START,
            end=END,
        ),
        world=world,
        delivered=[told("renewal.warning", RENEWAL - 7 * D), told("release.announced", SENT - 25 * H)],
        sent=[Sent(account="sa_1", begun_at=SENT, status=200, said=True)],
        said=[],
        runs=[(START, END)],
        defects=[],
        counts={},
        turns=1,
        requests=1,
        books=books(PastRelease(account=ACCOUNT, sent_at=SENT)),
    )


def books(*releases: PastRelease, paid: tuple[Outcome, ...] = (), unresolved: int = 0) -> Books:
    sums = Sums(since=START, until=END, zone=UTC, now=END)
    return Books(
        releases=releases,
        paid=paid,
        unresolved=unresolved,
        savings=savings_of(releases, paid, FleetMemory(ledger_since=START), sums),
        words=(),
    )


def debited() -> Case:
    """The same account, kept because it was held, debited, and noted as paid."""
    case = released()
    lease = replace(LEASE, released_at=None)
    case.world.leases["sa_1"] = lease
    case.world.truth.deletions.clear()
    case.world.truth.charges.append(Charge(account="sa_1", project="prj_acme", at=RENEWAL, cents=15_000))
    return replace(
        case,
        sent=[],
        said=[(START + 5 * D, hold("sa_1", START + 5 * D, END, RENEWAL))],
        books=books(paid=(outcome(),)),
    )


def outcome(cents: int = 15_000) -> Outcome:
    return Outcome(
        kind=OutcomeKind.PAID,
        period=LeasePeriod(account=AccountId("sa_1"), renews_at=RENEWAL),
        project=ProjectId("prj_acme"),
        handle="idle.1",
        price_cents=cents,
        at=RENEWAL,
        cause=Cause.HELD,
    )


def rules(case: Case) -> list[str]:
    return [one.rule for one in judge(case).violations]


@pytest.mark.parametrize("case", [released(), debited()], ids=["released", "debited"])
def test_where_all_is_well_nothing_is_found(case: Case) -> None:
    assert judge(case).violations == ()


def ruled(case: Case, **changed: Any) -> Case:
    return replace(case, history=replace(case.history, rules=replace(case.rules, **changed)))


def sent(case: Case, at: datetime, **changed: Any) -> Case:
    """The release as it would have been at another moment, with all that belongs to it."""
    case.world.truth.deletions[:] = [replace(DELETION, begun_at=at, at=at + S, **changed)]
    case.world.truth.looks[:] = [replace(look, at=at - S) for look in case.world.truth.looks]
    return case


def posted(case: Case, ended: datetime, appears_at: datetime | None = None) -> Case:
    one = Post(
        id="post_1",
        account="sa_1",
        project="prj_acme",
        appears_at=appears_at or ended - H,
        scheduled_for=ended,
        ended_at=ended,
    )
    case.world.publish(one)
    return replace(case, history=replace(case.history, posts=(one,)))


def said(case: Case, at: datetime, word: Override) -> Case:
    return replace(case, said=[*case.said, (at, word)])


def pause(at: datetime, project: str | None = None) -> Override:
    return Override(
        kind=OverrideKind.PAUSE, at=at, by="maria", why="", project=project and ProjectId(project)
    )


def unread(case: Case, what: str) -> Case:
    case.world.truth.looks[:] = [look for look in case.world.truth.looks if look.what != what]
    return case


def looked(case: Case, at: datetime, also: str | None = None) -> Case:
    """Another project's list was handed out, in which it stood, or not."""
    case.world.truth.looks.append(Look(at=at, what="assigned", project="prj_other", also=also))
    return case


WRONG: dict[str, Callable[[Case], Case]] = {
    "in observe mode": lambda case: ruled(case, enforce=False),
    "not enrolled": lambda case: ruled(case, enrolled=frozenset()),
    "protected": lambda case: ruled(case, protected=frozenset({"sa_1"})),
    "protected by its handle": lambda case: ruled(case, protected_handles="idle*"),
    "protected by its followers": lambda case: ruled(case, protected_followers=100),
    "held at the very moment": lambda case: said(case, SENT, hold("sa_1", SENT, END, RENEWAL)),
    "held and announced before": lambda case: said(
        case, SENT - 20 * H, hold("sa_1", SENT, SENT - H, RENEWAL)
    ),
    "paused": lambda case: said(case, SENT - H, pause(SENT - H)),
    "its project paused": lambda case: said(case, SENT - H, pause(SENT - H, "prj_acme")),
    "too early": lambda case: sent(case, RENEWAL - 6 * H - 61 * S),
    "too late": lambda case: sent(case, RENEWAL - 9 * M),
    "used a tick too recently": lambda case: posted(case, SENT - 10 * D + 61 * S),
    "with a post to go out": lambda case: posted(case, SENT + D, appears_at=SENT - 11 * D),
    "without evidence": lambda case: ruled(case, evidence_complete=False),
    "its list not read": lambda case: unread(case, "assigned"),
    "its posts not read": lambda case: unread(case, "posts"),
    "not announced": lambda case: replace(case, delivered=case.delivered[:1]),
    "announced too late": lambda case: replace(
        case, delivered=[*case.delivered[:1], told("release.announced", SENT - 24 * H + 121 * S)]
    ),
    "announced, and nobody said that it was taken": lambda case: replace(
        case, delivered=[*case.delivered[:1], replace(case.delivered[1], heard=False)]
    ),
    "announced as what would be": lambda case: replace(
        case, delivered=[*case.delivered[:1], replace(case.delivered[1], live=False)]
    ),
    "announced to one of two": lambda case: ruled(case, receivers=2),
    "protected by a later configuration": lambda case: replace(case, protected=[(SENT - S, "sa_1")]),
    "while a configuration is refused": lambda case: replace(case, refused=[(SENT - S, SENT + S)]),
    "while another watcher acts": lambda case: replace(case, acted_elsewhere=[(SENT - S, SENT + S)]),
    "paused as was said before": lambda case: said(
        case, SENT - 9 * D, replace(pause(SENT - 9 * D), begins=SENT - S)
    ),
    "listed by another project": lambda case: looked(case, SENT - 61 * S, also="sa_1"),
}


@pytest.mark.parametrize("lie", WRONG)
def test_a_wrong_release_is_found(lie: str) -> None:
    assert "wrong release" in rules(WRONG[lie](released()))


RIGHT: dict[str, Callable[[Case], Case]] = {
    "as soon as its window opens": lambda case: sent(case, RENEWAL - 6 * H),
    "held a moment later": lambda case: said(case, SENT + S, hold("sa_1", SENT + S, END, RENEWAL)),
    "used long enough before": lambda case: posted(case, SENT - 10 * D),
    "another project paused": lambda case: said(case, SENT - H, pause(SENT - H, "prj_other")),
    "protected a moment later": lambda case: replace(case, protected=[(SENT, "sa_1")]),
    "another protected": lambda case: replace(case, protected=[(SENT - S, "sa_2")]),
    "after a refused configuration": lambda case: replace(case, refused=[(SENT - H, SENT)]),
    "after another watcher": lambda case: replace(case, acted_elsewhere=[(SENT - H, SENT)]),
    "before a pause that was said": lambda case: said(
        case, SENT - 9 * D, replace(pause(SENT - 9 * D), begins=SENT + S)
    ),
    "listed by another project seconds before": lambda case: looked(case, SENT - 59 * S, also="sa_1"),
    "listed by another project, and no more": lambda case: looked(
        looked(case, SENT - 3 * H, also="sa_1"), SENT - 2 * H
    ),
}


@pytest.mark.parametrize("truth", RIGHT)
def test_a_right_release_is_none_of_them(truth: str) -> None:
    assert "wrong release" not in rules(RIGHT[truth](released()))


def test_a_person_s_word_stands_in_for_verdict_notice_and_opening_and_for_no_hold() -> None:
    early = RENEWAL - 3 * D
    word = Override(
        kind=OverrideKind.RELEASE,
        at=early,
        by="maria",
        why="",
        account=AccountId("sa_1"),
        until=early + H,
    )
    asked = said(replace(sent(posted(released(), early - D), early), delivered=[]), early, word)
    assert "wrong release" not in rules(asked)
    assert "wrong release" in rules(said(asked, early, hold("sa_1", early, END, RENEWAL)))
    late = said(sent(released(), early + H + 61 * S), early, word)
    assert "wrong release" in rules(late), "an hour later the word is over"


def again(case: Case, *sent: Sent, looked: datetime | None = None) -> Case:
    if looked is not None:
        case.world.truth.looks.append(Look(at=looked, what="assigned", project="prj_acme"))
    return replace(case, sent=sent)


def lost(at: datetime) -> Sent:
    return Sent(account="sa_1", begun_at=at, status=None, said=False)


def test_a_second_delete_needs_a_look_half_a_minute_after_the_first() -> None:
    second = Sent(account="sa_1", begun_at=SENT, status=200, said=True)
    for first, found in ((SENT - 32 * S, True), (SENT - 33 * S, False)):  # the list was read at SENT - 3 s
        assert ("blind retry" in rules(again(released(), lost(first), second))) is found


def test_a_third_delete_and_one_of_what_is_released_are_found() -> None:
    third = [
        lost(SENT - 20 * M),
        lost(SENT - 10 * M),
        Sent(account="sa_1", begun_at=SENT, status=200, said=True),
    ]
    looks = again(released(), *third, looked=SENT - 12 * M)
    assert rules(again(looks, *third, looked=SENT - 2 * M)) == ["blind retry"]
    after = lost(SENT + 10 * M)
    assert "blind retry" in rules(again(released(), after, looked=SENT + 5 * M))


def many(count: int, of: int, cents: int = 100) -> Case:
    """So many released within an hour, of so many accounts, on limits by default."""
    case = ruled(released(), wide=False)
    for number in range(of):
        id_ = f"sa_{number}"
        case.world.leases[id_] = replace(LEASE, id=id_, released_at=SENT if number < count else None)
    done = (replace(DELETION, account=f"sa_{number}", price_cents=cents) for number in range(count))
    case.world.truth.deletions[:] = [replace(one, at=SENT + k * M) for k, one in enumerate(done)]
    return case


@pytest.mark.parametrize(
    ("within", "above"),
    [
        (many(20, 500), many(21, 500)),
        (many(3, 30), many(4, 39)),
        (many(2, 3), many(3, 29)),
        (many(10, 500, 30_000), many(10, 500, 30_001)),
    ],
    ids=["count", "share", "share of few", "money"],
)
def test_more_at_once_than_limits_allow_is_found(within: Case, above: Case) -> None:
    assert "limits exceeded" not in rules(within)
    assert "limits exceeded" in rules(above)
    assert "limits exceeded" not in rules(ruled(above, wide=True))
    allowed = Override(kind=OverrideKind.APPROVE, at=SENT, by="maria", why="")
    assert "limits exceeded" not in rules(said(above, SENT, allowed))


def test_what_was_done_a_day_before_counts_no_more() -> None:
    case = many(21, 500)
    first = case.world.truth.deletions[0]
    case.world.truth.deletions[0] = replace(first, at=SENT + 20 * M - 24 * H)
    assert "limits exceeded" not in rules(case)


def test_a_ledger_that_was_restored_is_not_asked_for_what_it_lacks() -> None:
    case = replace(released(), books=books())
    assert rules(case) == ["release not in the books", "wrong savings"]
    assert rules(replace(case, counts={"ledger restored": 1})) == []


def test_an_avoidable_miss_is_found_and_one_with_a_reason_is_not() -> None:
    free = replace(debited(), said=[])
    assert rules(free) == ["avoidable miss"]
    for why in (
        posted(replace(debited(), said=[]), RENEWAL - 6 * H - 10 * D),
        ruled(free, enforce=False),
        said(free, RENEWAL - H, pause(RENEWAL - H)),
        replace(free, history=replace(free.history, happenings=(Outage(at=RENEWAL - 5 * H, until=RENEWAL),))),
    ):
        assert "avoidable miss" not in rules(why)


class Outage(Happening):
    kind = "outage"

    def spoils(self, account: str, project: str) -> bool:
        return True


def test_books_that_are_not_the_provider_s_are_found() -> None:
    case = debited()
    assert rules(replace(case, books=books())) == ["paid, and not noted"]
    assert rules(replace(case, books=books(paid=(outcome(14_999),)))) == ["wrong price"]
    assert rules(replace(case, books=books(paid=(outcome(), outcome())))) == ["paid twice"]
    gone = released()
    assert "paid, and was not" in rules(replace(gone, books=replace(gone.books, paid=(outcome(),))))
    assert "intent left open" in rules(replace(gone, books=replace(gone.books, unresolved=1)))
    assert "release not in the books" in rules(replace(gone, books=books()))
    assert "wrong savings" in rules(replace(gone, books=books()))
    never = PastRelease(account=ACCOUNT, sent_at=SENT)
    assert "release that never was" in rules(replace(case, books=books(never, paid=(outcome(),))))


def test_a_warning_that_is_told_twice_or_never_is_found() -> None:
    case = debited()
    warning = case.delivered[0]
    twice = [*case.delivered, replace(warning, at=warning.at + D)]
    assert rules(replace(case, delivered=twice)) == ["told twice"]
    unheard = [replace(warning, heard=False), *twice[1:]]
    assert rules(replace(case, delivered=unheard)) == []
    died = replace(case, delivered=twice, runs=[(START, warning.at + M), (warning.at + H, END)])
    assert rules(died) == []
    assert rules(replace(case, delivered=case.delivered[1:])) == ["unwarned"]


def test_what_the_daemon_raised_is_found() -> None:
    assert rules(replace(released(), defects=[(SENT, "turn failed: KeyError")])) == ["defect"]
