"""The oracle sees what it is there to see: one small world in which all is well, and each lie about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulation.happening import Happening
from tests.simulation.model.world import Charge, Deletion, Lease, Look, Post, Shown, World
from tests.simulation.oracle import judge
from tests.simulation.oracle.case import Books, Case
from tests.simulation.people import hold
from tests.simulation.policies import Special, WrittenPause
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


def warned(rung: timedelta) -> str:
    return f"renewal.warning:sa_1:{RENEWAL.isoformat()}:{rung // S}"


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
        delivered=[
            *(told("renewal.warning", RENEWAL - rung, key=warned(rung)) for rung in RULES.warn),
            told("release.announced", SENT - 25 * H),
        ],
        sent=[Sent(account="sa_1", begun_at=SENT, status=200, said=True)],
        said=[],
        runs=[(START, END)],
        defects=[],
        counts={},
        turned=(),
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
    "not announced": lambda case: replace(case, delivered=case.delivered[:-1]),
    "announced too late": lambda case: replace(
        case, delivered=[*case.delivered[:-1], told("release.announced", SENT - 24 * H + 121 * S)]
    ),
    "announced, and nobody said that it was taken": lambda case: replace(
        case, delivered=[*case.delivered[:-1], replace(case.delivered[-1], heard=False)]
    ),
    "announced as what would be": lambda case: replace(
        case, delivered=[*case.delivered[:-1], replace(case.delivered[-1], live=False)]
    ),
    "announced to one of two": lambda case: ruled(case, receivers=2),
    "protected by a later configuration": lambda case: replace(case, protected=[(SENT - S, "sa_1")]),
    "while a configuration is refused": lambda case: replace(case, refused=[(SENT - S, SENT + S)]),
    "while another watcher acts": lambda case: replace(case, acted_elsewhere=[(SENT - S, SENT + S)]),
    "paused as was said before": lambda case: said(
        case, SENT - 9 * D, replace(pause(SENT - 9 * D), begins=SENT - S)
    ),
    "listed by another project": lambda case: looked(case, SENT - 61 * S, also="sa_1"),
    "kept by the policy before the last": lambda case: governed(case, when="never"),
    "used not long enough ago for another policy": lambda case: governed(
        posted(case, SENT - 11 * D), idle_after=12 * D
    ),
    "at term, with a post to go out": lambda case: governed(
        posted(case, SENT + D, appears_at=SENT - 11 * D), when="always"
    ),
    "its health not read": lambda case: governed(case, tiers=frozenset({"warm"})),
    "its health read too long before": lambda case: asked(
        governed(case, tiers=frozenset({"warm"})), SENT - 35 * M
    ),
    "announced under another policy": lambda case: asked(
        unwell(governed(case, tiers=frozenset({"cold"}), idle_after=5 * D), SENT - 2 * H), SENT - H / 2
    ),
    "paused in the configuration": lambda case: ruled(case, pauses=(written(),)),
    "paused in a later configuration": lambda case: replace(case, written=[(SENT - S, written())]),
    "announced late, and the ledger is young": lambda case: late(
        replace(case, history=replace(case.history, start=SENT - 23 * H))
    ),
    "announced late, where it could be old enough": lambda case: late(case, SENT - 20 * H),
    "not announced, and late notices are waived": lambda case: replace(
        late(case), delivered=case.delivered[:-1]
    ),
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
    "while another watcher acts on another shard's ledger": lambda case: replace(
        case, acted_elsewhere=[(SENT - S, SENT + S)], history=replace(case.history, shards=2)
    ),
    "after another watcher": lambda case: replace(case, acted_elsewhere=[(SENT - H, SENT)]),
    "before a pause that was said": lambda case: said(
        case, SENT - 9 * D, replace(pause(SENT - 9 * D), begins=SENT + S)
    ),
    "at term, and in use": lambda case: governed(posted(case, SENT - D), when="always"),
    "at term whatever is to go out": lambda case: governed(
        posted(case, SENT + D, appears_at=SENT - 11 * D), when="always", cancels=True
    ),
    "under a policy that wants less": lambda case: governed(posted(case, SENT - 6 * D), idle_after=5 * D),
    "kept by a policy of other platforms": lambda case: governed(case, when="never", platform="instagram"),
    "its health read half an hour before": lambda case: asked(
        governed(case, tiers=frozenset({"warm"})), SENT - 30 * M
    ),
    "another project paused in the configuration": lambda case: ruled(
        case, pauses=(replace(written(), project="prj_other"),)
    ),
    "paused in a configuration of before": lambda case: replace(
        case, written=[(SENT - H, written())], taken_out=[(SENT - M, written())]
    ),
    "announced late, and that is waived": lambda case: late(case),
    "listed by another project seconds before": lambda case: looked(case, SENT - 59 * S, also="sa_1"),
    "listed by another project, and no more": lambda case: looked(
        looked(case, SENT - 3 * H, also="sa_1"), SENT - 2 * H
    ),
}


def asked(case: Case, at: datetime) -> Case:
    """Its health was said then."""
    case.world.truth.looks.append(Look(at=at, what="health", project="prj_acme", account="sa_1"))
    return case


def governed(case: Case, **terms: Any) -> Case:
    """By a policy that is tried before the standard one."""
    special = Special(**{"name": "other", "when": "idle", "idle_after": 10 * D, **terms})
    return ruled(case, specials=(special,), special_in=frozenset({"prj_acme"}))


def unwell(case: Case, since: datetime) -> Case:
    case.lease("sa_1").tiers = ((since, "cold"),)
    return case


def written() -> WrittenPause:
    return WrittenPause(begins=SENT - H, ends=SENT + H, project=None)


def late(case: Case, at: datetime = SENT - H) -> Case:
    """Announced then, by a policy that waives the age of a notice that comes so late."""
    notice = replace(case.delivered[-1], at=at)
    return ruled(replace(case, delivered=[*case.delivered[:-1], notice]), late=True)


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


def test_a_ledger_that_was_restored_is_not_asked_for_what_it_lacks() -> None:
    case = replace(released(), books=books())
    assert rules(case) == ["release not in the books", "wrong savings"]
    assert rules(replace(case, counts={"ledger restored": 1})) == []


def test_an_avoidable_miss_is_found_and_one_with_a_reason_is_not() -> None:
    free = replace(debited(), said=[], books=books(paid=caused(Cause.UNEXPLAINED)))
    assert rules(free) == ["avoidable miss"]
    for why in (
        posted(replace(debited(), said=[]), RENEWAL - 6 * H - 10 * D),
        ruled(free, enforce=False),
        said(free, RENEWAL - H, pause(RENEWAL - H)),
        replace(free, history=replace(free.history, happenings=(Outage(at=RENEWAL - 5 * H, until=RENEWAL),))),
    ):
        assert "avoidable miss" not in rules(why)


def test_a_former_project_that_never_showed_a_post_proves_nothing_by_its_silence() -> None:
    free = ruled(
        replace(debited(), said=[], books=books(paid=caused(Cause.UNEXPLAINED))), evidence_complete=False
    )
    used = posted(free, RENEWAL - 17 * D)
    assert rules(used) == ["avoidable miss"]
    shown = Shown(
        at=START,
        handle="idle.1",
        project="prj_beta",
        platform="tiktok",
        renews_at=RENEWAL,
        price_cents=15_000,
        assigned_at=LEASE.assigned_at,
    )
    used.world.truth.shown["sa_1"].append(shown)
    assert rules(used) == []


class Outage(Happening):
    kind = "outage"

    def spoils(self, account: str, project: str) -> bool:
        return True


class Listed(Happening):
    kind = "listed twice"
    account = "sa_1"

    def spoils(self, account: str, project: str) -> bool:
        return False


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
    copied = replace(case.history, happenings=(Listed(at=RENEWAL, until=RENEWAL),))
    assert rules(replace(case, delivered=twice, history=copied)) == ["told twice"]
    assert rules(replace(case, delivered=twice, history=replace(copied, shards=2))) == []
    died = replace(case, delivered=twice, runs=[(START, warning.at + M), (warning.at + H, END)])
    assert rules(died) == []


@pytest.mark.parametrize("number", range(3))
def test_each_rung_of_a_renewal_that_came_was_heard_in_time(number: int) -> None:
    case, last = debited(), RULES.poll + H
    warning = case.delivered[number]

    def heard(*told: Delivered) -> Case:
        return replace(case, delivered=[*case.delivered[:number], *told, *case.delivered[number + 1 :]])

    assert rules(heard()) == ["unwarned"]
    assert rules(heard(replace(warning, at=warning.at + last))) == []
    assert rules(heard(replace(warning, at=warning.at + last + S))) == ["unwarned"]
    assert rules(heard(replace(warning, at=warning.at - 61 * S))) == ["unwarned"]
    assert rules(ruled(case, receivers=2)) == ["unwarned"] * 3


def test_a_rung_is_asked_for_only_where_a_turn_and_nothing_in_its_way_must_have_come() -> None:
    case = replace(debited(), delivered=[])
    assert rules(ruled(case, warn=(D,), poll=23 * H)) == ["unwarned"]
    assert rules(ruled(case, warn=(D,), poll=23 * H + S)) == []
    away = Outage(at=RENEWAL - 7 * D, until=RENEWAL - 7 * D)
    history = replace(case.history, happenings=(away,))
    assert rules(replace(case, history=history)) == ["unwarned"] * 2


def test_a_key_that_is_told_is_found() -> None:
    assert rules(replace(released(), leaks=[(SENT, "receivers.example/0")])) == ["key told"]


def caused(cause: Cause) -> tuple[Outcome, ...]:
    return (replace(outcome(), cause=cause),)


def test_a_cause_that_cannot_be_is_found() -> None:
    case = replace(debited(), books=books(paid=caused(Cause.HELD)))
    for cause in (
        Cause.OBSERVING,
        Cause.NOT_ENROLLED,
        Cause.PROTECTED,
        Cause.WATCHER_DOWN,
        Cause.API_DOWN,
        Cause.REFUSED,
    ):
        assert rules(replace(case, books=books(paid=caused(cause)))) == ["wrong cause"], cause
    away = replace(case.history, happenings=(Outage(at=RENEWAL - D, until=RENEWAL),))
    assert rules(replace(case, history=away, books=books(paid=caused(Cause.API_DOWN)))) == []
    assert "wrong cause" in rules(replace(case, said=[])), "nobody held it"
    elsewhere = ruled(replace(case, said=[]), enrolled=frozenset())
    assert rules(elsewhere) == ["wrong cause"]
    for cause, found in (
        (Cause.NOT_ENROLLED, []),
        (Cause.UNKNOWN_HEALTH, []),
        (Cause.BRAKED, ["wrong cause"]),
        (Cause.POLICY, ["wrong cause"]),
    ):
        assert rules(replace(elsewhere, books=books(paid=caused(cause)))) == found
    for leased, found in ((16 * D, ["wrong cause"]), (16 * D - S, [])):
        # Unused for ten days and a window of six hours: a lease that ran no longer could never be.
        young = replace(LEASE, assigned_at=RENEWAL - leased - 6 * H + 6 * D, released_at=None)
        case.world.leases["sa_1"] = young
        short = replace(case, history=replace(case.history, leases=(young,)))
        assert rules(replace(short, books=books(paid=caused(Cause.POLICY)))) == found, leased
    observed = replace(ruled(case, enforce=False), books=books(paid=caused(Cause.OBSERVING)))
    assert rules(observed) == []
    kept = replace(ruled(case, protected=frozenset({"sa_1"})), books=books(paid=caused(Cause.PROTECTED)))
    assert rules(kept) == []


def several(case: Case, count: int, apart: timedelta = M) -> Case:
    """So many of ten accounts released, one after another; by limits that are not wide."""
    for number in range(2, 11):
        lease = replace(LEASE, id=f"sa_{number}", released_at=None)
        case.world.leases[lease.id] = lease
    for number in range(2, count + 1):
        at = SENT + (number - 1) * apart
        case.world.leases[f"sa_{number}"].released_at = at
        case.world.truth.deletions.append(replace(DELETION, account=f"sa_{number}", begun_at=at, at=at + S))
    return ruled(case, wide=False, most_of_fleet=1.0, most_of_project=1.0)


def above(case: Case) -> list[str]:
    return [one.text for one in judge(case).violations if one.rule == "above a limit"]


@pytest.mark.parametrize(
    ("limit", "at_it", "below_it"),
    [
        ("most_releases", 4, 3),
        ("most_cents", 60_000, 59_999),
        ("most_of_fleet", 0.4, 0.39),
        ("most_of_project", 0.4, 0.39),
    ],
)
def test_what_is_above_a_limit_is_found_and_what_is_at_it_is_not(
    limit: str, at_it: float, below_it: float
) -> None:
    assert above(ruled(several(released(), 4), **{limit: at_it})) == []
    (found,) = above(ruled(several(released(), 4), **{limit: below_it}))
    assert found.startswith("sa_4")


def test_of_two_releases_no_share_is_too_large_and_what_is_a_day_apart_is_not_added_up() -> None:
    tight = {"most_of_fleet": 0.01, "most_of_project": 0.01}
    assert above(ruled(several(released(), 2), **tight)) == []
    assert len(above(ruled(several(released(), 3), **tight))) == 2
    assert above(ruled(several(released(), 4, apart=D), most_releases=1)) == []
    assert above(ruled(several(released(), 4), most_releases=1, wide=True)) == []


def narrow(count: int) -> Case:
    """Debited, and nobody knows why: `count` of ten accounts are to be given back within a day, as is it."""
    case = replace(debited(), said=[], books=books(paid=caused(Cause.UNEXPLAINED)))
    case.world.truth.looks.append(Look(at=RENEWAL - 4 * H, what="assigned", project="prj_acme"))
    for number in range(2, 11):
        renews_at = RENEWAL + M if number <= count else RENEWAL + 15 * D
        lease = replace(LEASE, id=f"sa_{number}", released_at=None, renews_at=renews_at)
        case.world.leases[lease.id] = lease
    return ruled(case, wide=False, most_of_fleet=0.4, most_of_project=1.0)


def test_at_a_limit_nothing_is_stopped_and_above_it_a_miss_has_its_reason() -> None:
    assert rules(narrow(4)) == ["avoidable miss"]
    assert rules(narrow(5)) == []
    for limit, at_it in (("most_releases", 3), ("most_cents", 45_000)):
        assert rules(ruled(narrow(3), **{limit: at_it})) == ["avoidable miss"]
        assert rules(ruled(narrow(4), **{limit: at_it})) == []


def test_many_that_turn_unused_at_once_may_have_been_stopped() -> None:
    for turned, found in ((2, ["avoidable miss"]), (3, [])):
        case = narrow(1)
        for number in range(2, 2 + turned):
            ended = RENEWAL - 10 * D - 5 * H
            case.world.publish(
                Post(
                    id="post_1",
                    account=f"sa_{number}",
                    project="prj_acme",
                    appears_at=ended,
                    scheduled_for=ended,
                    ended_at=ended,
                )
            )
        assert rules(case) == found


def test_what_the_daemon_raised_is_found() -> None:
    assert rules(replace(released(), defects=[(SENT, "turn failed: KeyError")])) == ["defect"]


def test_what_goes_at_term_is_missed_in_use_or_not_but_with_a_post_that_was_seen_to_go_out() -> None:
    free = replace(debited(), said=[], books=books(paid=caused(Cause.UNEXPLAINED)))
    used = posted(free, RENEWAL - D)
    assert "avoidable miss" not in rules(used)
    assert "avoidable miss" in rules(governed(used, when="always"))
    assert "avoidable miss" not in rules(governed(used, when="never"))
    to_go_out = posted(free, RENEWAL + D, appears_at=RENEWAL - 11 * D)
    to_go_out.world.truth.looks.append(Look(at=RENEWAL - 9 * H, what="posts", project="prj_acme"))
    assert "avoidable miss" not in rules(governed(to_go_out, when="always"))
    assert "avoidable miss" in rules(governed(to_go_out, when="always", cancels=True))
