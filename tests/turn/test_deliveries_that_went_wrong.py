"""Deliveries that once went wrong, over a real ledger; each test says how."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event as Flag
from threading import Timer
from types import SimpleNamespace

import pytest

from tests.builders import NOW, D, H, waiting_in
from tests.turn.office import PERIOD, Channel, M, Post, down, event
from watcher.daemon.loop import Daemon
from watcher.memory.writes import PutAside, Queued
from watcher.messages.events import EventKind
from watcher.messages.outbox import Stale
from watcher.messages.problem_facts import UnreadableFacts
from watcher.messages.problems import follow
from watcher.messages.routes import Routes
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.ports.notifier import Accepted, Digest, Postponed, Rejected
from watcher.texts.hours import hours_of


def _daemon(courier, clock) -> Daemon:
    turns = SimpleNamespace(
        clock=clock,
        ledger=courier.ledger,
        keep_lock=lambda: courier.ledger.keep_lock(clock.now()),
        collect=courier.collect,
        tell_on=courier.resume,
        doubt_the_clock=courier.doubt_the_clock,
        prove_writable=lambda: courier.ledger.prove_writable(),
    )
    setup = SimpleNamespace(turns=turns)
    return Daemon(setup=setup, foundation=None, alarm=None, manager=None, alive=None, read=None, show=None)


class Plugin(Channel):
    """What an installed third-party notifier may do; it is wrapped in `Guarded`, as the program does."""

    @property
    def most(self):  # type: ignore[override]
        if self.name == "lazy":
            raise RuntimeError("not connected yet")
        return 100

    @most.setter
    def most(self, _):
        pass


@pytest.mark.parametrize("what", ["exit", "far future", "no words", "lazy"])
def test_no_answer_of_a_notifier_ends_the_daemon(post: Callable[..., Post], what: str) -> None:
    """Between turns only LedgerUnavailable is caught; whatever else a delivery meets ends the process."""
    from watcher.adapters.channels.installed import Guarded

    def answer(_: Digest):
        if what == "exit":
            raise SystemExit(1)
        if what == "far future":
            return Postponed(why="later", after=timedelta.max)
        return Postponed(why=None) if what == "no words" else Accepted()

    office = post(Guarded(notifier=Plugin("lazy" if what == "lazy" else "plugin", answer)))
    office.queue(event("a"))
    courier = office.courier()
    courier.patient = False
    if what != "lazy":  # else: queued by a turn, held by quiet hours until now
        courier.tell()
        next(iter(courier._under_way.values())).end.exception(5)
    daemon = _daemon(courier, SimpleNamespace(monotonic=lambda: 1e6))
    try:
        daemon._deliver()
    except BaseException as error:
        pytest.fail(f"the daemon died of {error!r}")


def test_a_damaged_ledger_between_turns_does_not_end_the_daemon(
    post: Callable[..., Post], monkeypatch
) -> None:
    office = post(Channel("ops"))
    courier = office.courier()

    def damaged(*_: object) -> None:
        raise LedgerUnusable("watcher.db is damaged")

    monkeypatch.setattr(office.ledger, "channels", damaged)
    _daemon(courier, SimpleNamespace(monotonic=lambda: 1e6))._deliver()


def test_what_was_accepted_while_the_ledger_was_away_is_noted_when_it_is_back(
    post: Callable[..., Post], monkeypatch
) -> None:
    """Its server was restarted just then: the acceptance was forgotten, and people were told again."""
    ops = Channel("ops")
    office = post(ops)
    office.queue(event("a"))
    courier = office.courier()
    courier.patient = False
    courier.tell()
    next(iter(courier._under_way.values())).end.exception(60)
    daemon = _daemon(courier, office.clock)

    def away(*_: object, **__: object) -> None:
        raise LedgerUnavailable("the server is restarting")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(office.ledger, "end_delivery", away)
        daemon._deliver()
    office.clock.advance(15 * M)
    daemon._deliver()

    (line,) = [line for line in office.ledger.history() if line.what == "message.accepted"]
    assert line.at == NOW  # not when it was noted
    assert office.tell() == 0
    assert ops.keys == [["a"]]


def _withdrawn() -> object:
    return event("w", EventKind.RELEASE_WITHDRAWN, period=PERIOD)


@pytest.mark.parametrize("how", ["killed", "timed out"])
def test_who_may_have_heard_the_beginning_hears_the_end(post: Callable[..., Post], how: str) -> None:
    """The channel took the problem, the process died before noting it (or the answer came too late).
    By the next try it is over: the beginning is put aside, and the end as never told."""
    ops = Channel("ops")
    ops.answers = down if how == "timed out" else (lambda _: Accepted())
    office = post(ops)
    problem = event("p", EventKind.BRAKE_HALTED, problem="brake.halted")
    begun = follow([problem], {}, NOW)
    office.ledger.apply(
        (Queued(messages=office.routes.messages(begun.events, live=True), at=NOW, problems=begun.standing),)
    )
    if how == "killed":
        waiting = waiting_in(office.ledger, "ops")
        office.ledger.begin_delivery([one.id for one in waiting], at=NOW, lost_since=NOW - 3 * M)
        ops.got.append("accepted, and the process was killed")  # type: ignore[arg-type]
    else:
        office.tell()
    ops.answers = lambda _: Accepted()
    office.clock.advance(15 * M)
    over = follow([], office.ledger.problems(), office.clock.now())
    office.ledger.apply(
        (
            Queued(
                messages=office.routes.messages(over.events, live=True), at=office.clock.now(), over=over.over
            ),
        )
    )
    office.tell()
    office.tell(NOW + H)
    told = [one.kind for digest in ops.got if isinstance(digest, Digest) for one in digest.events]
    assert EventKind.PROBLEM_RESOLVED in told


def test_who_may_have_heard_the_beginning_hears_the_end_also_after_a_quiet_night(
    post: Callable[..., Post],
) -> None:
    """The beginning was put aside in one turn and the end held by quiet hours until another one: by then
    nothing said any more that the channel may have heard the beginning.
    """
    ops = Channel("ops", down)
    office = post(ops)
    problem = event("p", EventKind.PROJECT_UNREADABLE, problem="prj_acme", facts=UnreadableFacts(code="503"))
    begun = follow([problem], {}, NOW)
    told = office.routes.messages(begun.events, live=True)
    office.ledger.apply((Queued(messages=told, at=NOW, problems=begun.standing),))
    office.tell()
    ops.answers = lambda _: Accepted()
    office.clock.advance(15 * M)
    over = follow([], office.ledger.problems(), office.clock.now())
    ends = office.routes.messages(over.events, live=True)
    office.ledger.apply((Queued(messages=ends, at=office.clock.now(), over=over.over),))
    (route,) = office.routes.routes
    loud, night = office.routes, Routes(routes=(replace(route, quiet=(hours_of("mon-sun"),)),))
    for office.routes in (night, loud):
        office.tell()
    assert ops.keys[1:] == [[event.key for event in over.events]]


def test_who_is_known_not_to_have_heard_the_beginning_hears_no_end(post: Callable[..., Post]) -> None:
    """A channel that had answered 503 to a halt was told "over after 59 min 59 s: the halt of 4 releases"."""
    ops = Channel("ops", lambda _: Postponed(why="503", certain=True))
    office = post(ops)
    begun = follow([event("p", EventKind.BRAKE_HALTED, problem="brake.halted")], {}, NOW)
    told = office.routes.messages(begun.events, live=True)
    office.ledger.apply((Queued(messages=told, at=NOW, problems=begun.standing),))
    office.tell()
    ops.answers = lambda _: Accepted()
    over = follow([], office.ledger.problems(), NOW + 15 * M)
    ends = office.routes.messages(over.events, live=True)
    office.ledger.apply((Queued(messages=ends, at=NOW + 15 * M, over=over.over),))
    assert office.tell(NOW + 15 * M) == 0
    assert len(ops.got) == 1


def test_a_channel_is_not_said_to_fail_in_the_moment_in_which_it_works_again(
    post: Callable[..., Post],
) -> None:
    """It had failed for an hour, was told to fail before it was tried, and took all of it in that second:
    "over after 0 s: down did not accept its messages".
    """
    bad, boss = Channel("bad", down), Channel("boss")
    office = post(bad, boss)
    office.queue(event("a"))
    office.tell()
    bad.answers = lambda _: Accepted()
    assert office.tell(NOW + H) == 0
    assert boss.keys == [["a"]]


def test_nor_where_it_failed_again_an_hour_after_it_began_to(post: Callable[..., Post]) -> None:
    """It was not told then, by a tick, but three hours later, in the very turn in which all was accepted."""
    bad, boss = Channel("bad", down), Channel("boss")
    office = post(bad, boss)
    office.queue(event("a"))
    office.tell()
    office.tell(NOW + H - timedelta(seconds=1))
    bad.answers = lambda _: Accepted()
    assert office.tell(NOW + 4 * H) == 0
    assert boss.keys == [["a"]]


def test_a_channel_of_which_nothing_waits_any_more_is_no_problem(post: Callable[..., Post]) -> None:
    """What waited for it was put aside; it was a critical problem for ever, "which wait", as nothing was sent
    by which it could have proved to be well.
    """
    bad, boss = Channel("bad", down), Channel("boss")
    office = post(bad, boss)
    office.queue(event("a"))
    for hours in (0, 1):
        office.tell(NOW + hours * H)
    assert len(office.ledger.problems()) == 1
    (waiting,) = waiting_in(office.ledger, "bad")
    office.ledger.apply((PutAside(stale=((waiting.id, Stale.WITHDRAWN),), at=office.clock.now()),))
    assert office.tell(NOW + 2 * H) == 0
    assert office.ledger.problems() == {}
    assert boss.keys[-1][0].startswith("problem.resolved:")
    office.queue(event("b"))
    office.tell(NOW + 3 * H)
    assert len(office.ledger.problems()) == 1, "it fails again, as soon as it was tried"


def test_a_channel_that_works_again_is_said_to_have_failed_since_it_began_to(
    post: Callable[..., Post],
) -> None:
    """It had failed for three hours, two of them told of: "over after 2 h"."""
    bad, boss = Channel("bad", down), Channel("boss")
    office = post(bad, boss)
    office.queue(event("a"))
    for hours in (0, 1, 2):
        office.tell(NOW + hours * H)
    bad.answers = lambda _: Accepted()
    office.tell(NOW + 3 * H)
    office.tell(NOW + 3 * H + M)
    (over,) = [one for digest in boss.got for one in digest.events if one.kind is EventKind.PROBLEM_RESOLVED]
    assert over.what == "over after 3 h: bad did not accept its messages"


def test_a_channel_that_refuses_and_then_fails_is_not_well_again(post: Callable[..., Post]) -> None:
    """403 is told at once; a 500 after it, within the hour, says "over" while nothing was delivered."""
    answers = [Rejected(why="403", channel=True), Postponed(why="500")] * 6
    ops, boss = Channel("ops", lambda _: answers.pop(0)), Channel("boss")
    office = post(ops, boss)
    office.queue(event("a"))
    for quarter in range(6):
        office.tell(NOW + quarter * 15 * M)
    kinds = [one.kind for digest in boss.got for one in digest.events]
    assert EventKind.PROBLEM_RESOLVED not in kinds
    assert kinds.count(EventKind.DELIVERY_FAILED) <= 2


def test_retrying_what_is_being_sent_is_counted(post: Callable[..., Post]) -> None:
    """`outbox retry` forgets `begun_at`: what was accepted before a kill is sent twice, and nothing counts
    it.
    """
    ops = Channel("ops")
    office = post(ops)
    office.queue(event("a"))
    (one,) = waiting_in(office.ledger, "ops")
    office.ledger.begin_delivery([one.id], at=NOW, lost_since=NOW - 3 * M)
    # accepted by the channel; killed here
    office.ledger.retry_messages([one.id], at=NOW + M)
    office.tell(NOW + 2 * M)
    (line,) = [line.text for line in office.ledger.history() if line.what == "message.accepted"]
    assert len(ops.got) == 1
    assert line.startswith("Told to ops, perhaps more than once")


def test_a_dead_letter_of_the_only_notifier_stays_visible(post: Callable[..., Post]) -> None:
    """The only notifier takes other messages; nobody is told of the dead letter, and the next turn is
    healthy. In a daemon it is never counted at all: it dies between turns, before `since` of the next
    one.
    """
    ops = Channel("ops", lambda _: Rejected(why="422"))
    office = post(ops)
    office.queue(event("a"))
    courier = office.courier()
    courier.patient = False
    first = courier.tell()
    courier.close()  # given up between turns
    office.clock.advance(15 * M)
    ops.answers = lambda _: Accepted()
    second = office.tell()
    told = [one.kind for digest in ops.got[1:] for one in digest.events]
    assert first or second or EventKind.DELIVERY_FAILED in told


def test_a_clock_that_ran_ahead_does_not_silence_a_channel(post: Callable[..., Post]) -> None:
    """One failure while the clock was 30 d ahead: `next_at` is in 30 days, nothing is tried until then."""
    answers = [Postponed(why="500")]
    ops = Channel("ops", lambda _: answers.pop() if answers else Accepted())
    office = post(ops)
    office.clock.advance(3 * D)
    office.queue(event("a"))
    office.tell()
    office.clock.advance(-3 * D)
    office.tell(NOW + H)
    office.tell(NOW + 2 * H)
    assert len(ops.got) == 2


def test_a_kill_on_a_clock_that_ran_ahead_does_not_silence_a_message(post: Callable[..., Post]) -> None:
    ops = Channel("ops")
    office = post(ops)
    office.queue(event("a"))
    (one,) = waiting_in(office.ledger, "ops")
    office.ledger.begin_delivery([one.id], at=NOW + 30 * D, lost_since=NOW)
    overdue = [office.tell(NOW + hour * H) for hour in range(1, 4)]
    assert ops.got or any(overdue), "not sent, and the exit code is 0"


def test_what_was_told_of_another_time_is_not_the_beginning_of_this_end(post: Callable[..., Post]) -> None:
    ops = Channel("ops")
    office = post(ops)

    def begin(at):
        office.clock.advance(at - office.clock.now())
        found = follow([event("p", EventKind.BRAKE_HALTED, problem="brake.halted")], {}, at)
        office.ledger.apply(
            (
                Queued(
                    messages=office.routes.messages(found.events, live=True), at=at, problems=found.standing
                ),
            )
        )

    def end(at):
        office.clock.advance(at - office.clock.now())
        over = follow([], office.ledger.problems(), at)
        office.ledger.apply(
            (Queued(messages=office.routes.messages(over.events, live=True), at=at, over=over.over),)
        )

    begin(NOW)
    office.tell()
    end(NOW + H)
    office.tell()
    got = len(ops.got)
    begin(NOW + 20 * D)
    end(NOW + 20 * D + M)
    office.tell()
    assert len(ops.got) == got, "an end of something it never heard of"


def test_one_address_that_is_gone_spares_the_others_copies_and_dead_letters(
    post: Callable[..., Post],
) -> None:
    """One of two recipients is refused for good: the digest is halved down to single mails. The other one
    gets every event several times, for `_had` knows whole digests only; in the end all are dead,
    nothing is a receipt.
    """
    from tests.adapters.channels.post_office import mailer
    from tests.adapters.channels.post_office import post_office as real

    with real() as server:
        server.recipients = {"gone@example.com": "550 5.1.1 who?"}
        notifier = mailer(server.port, to=("here@example.com", "gone@example.com"))
        office = post(Channel(notifier.name))
        office.channels = (notifier,)
        office.queue(*(event(str(number)) for number in range(8)))
        office.tell()
        told = [(one.rcpt_tos, b"does not take" in one.content) for one in server.envelopes]
    dead = [one.receiver for one in office.ledger.undelivered() if one.given_up_at]
    assert dead == ["gone@example.com"] * 8, "of nobody else"
    here = ["here@example.com"]
    assert told == [(here, False), (here, True)], "all eight at once, and that one does not get them"


def test_who_got_a_mail_that_others_did_not_does_not_get_its_events_again(post: Callable[..., Post]) -> None:
    """One recipient is greylisted (450); a new event joins before the retry: another digest id, so `_had` is
    forgotten and the one who had event 0 gets it again."""
    from tests.adapters.channels.post_office import mailer
    from tests.adapters.channels.post_office import post_office as real

    with real() as server:
        server.recipients = {"grey@example.com": "450 4.2.0 later"}
        notifier = mailer(server.port, to=("here@example.com", "grey@example.com"))
        office = post(Channel(notifier.name))
        office.channels = (notifier,)
        office.queue(event("first"))
        office.tell()
        server.recipients = {}
        office.queue(event("second"))
        office.tell(NOW + 15 * M)
        to_here = [one for one in server.envelopes if "here@example.com" in one.rcpt_tos]
        got_first = [one for one in to_here if b"about first" in one.content]
    assert len(got_first) == 1


def test_a_notifier_that_never_answers_is_seen(post: Callable[..., Post]) -> None:
    """A plugin that hangs is under way for ever: never failing, never overdue, nobody is told; and
    `close`, which is said to be bounded, waits for it for ever.
    """
    released = Flag()

    def hangs(_: Digest):
        released.wait(20)
        return Accepted()

    ops, boss = Channel("ops", hangs), Channel("boss")
    office = post(ops, boss)
    office.queue(event("a"))
    courier = office.courier()
    courier.patient = False
    overdue = []
    try:
        for _ in range(8):
            office.clock.advance(H)
            overdue.append(courier.tell())
            if "boss" in courier._under_way:
                courier._under_way["boss"].end.exception(5)
    finally:
        released.set()
        courier.close()
    told = [one.kind for digest in boss.got for one in digest.events]
    assert any(overdue) or EventKind.DELIVERY_FAILED in told


@pytest.mark.parametrize("why", ["its patience is over", "it is told to stop", "the daemon is told to stop"])
def test_who_never_answers_keeps_nobody_from_ending(post: Callable[..., Post], why: str) -> None:
    """A turn waited until any delivery ended, whatever it was told meanwhile: for ever, if none did. And a
    daemon waited three more minutes for what had hung for hours: longer than a service manager waits.
    """
    released = Flag()
    in_the_end = Timer(20, released.set)
    in_the_end.start()

    def hangs(_: Digest):
        if why == "its patience is over":
            office.clock.advance(6 * M)
        if why == "it is told to stop":
            office.clock.advance(2 * M)
            courier.stop.set()
        released.wait()
        return Accepted()

    office = post(Channel("ops", hangs))
    office.queue(event("a"))
    courier = office.courier()
    courier.patient = why != "the daemon is told to stop"
    try:
        courier.tell()
        office.clock.advance(2 * M)
        courier.close()
        assert not released.is_set()
    finally:
        released.set()
        in_the_end.cancel()


def test_a_turn_of_a_cron_line_ends_however_slow_a_channel_is(post: Callable[..., Post]) -> None:
    """Patient `tell` sends batch after batch without an end: a channel of one event a message (PagerDuty)
    that takes 9 s each keeps `run --once` for 75 minutes, in which the timer starts no turn and windows
    close.
    """
    office = post(ops := Channel("ops", most=1))

    def slowly(_: Digest):
        office.clock.advance(9 * M / 60)
        return Accepted()

    ops.answers = slowly
    office.queue(*(event(str(number)) for number in range(500)))
    before = office.clock.monotonic()
    office.tell()
    assert office.clock.monotonic() - before < 15 * 60


def test_who_was_being_told_by_another_process_hears_the_end(post: Callable[..., Post]) -> None:
    """Two processes: one is sending the problem while it ends; the other one puts it aside as over, so
    that its acceptance is not noted, and then the end as never told.
    """
    ops = Channel("ops")
    office = post(ops)
    begun = follow([event("p", EventKind.BRAKE_HALTED, problem="brake.halted")], {}, NOW)
    office.ledger.apply(
        (Queued(messages=office.routes.messages(begun.events, live=True), at=NOW, problems=begun.standing),)
    )
    other = office.courier()

    def meanwhile(_: Digest):
        ops.answers = lambda _: Accepted()
        return Accepted()

    ops.answers = meanwhile
    from threading import Event as Flag

    go = Flag()
    ops.answers = lambda _: go.wait(10) and Accepted()
    other.patient = False
    other.tell()
    over = follow([], office.ledger.problems(), NOW + M)
    office.ledger.apply(
        (Queued(messages=office.routes.messages(over.events, live=True), at=NOW + M, over=over.over),)
    )
    office.clock.advance(M)
    mine = office.courier()
    mine.patient = False
    mine.tell()
    go.set()
    other.close()
    mine.close()
    office.tell(NOW + H)
    told = [one.kind for digest in ops.got for one in digest.events]
    assert told == [EventKind.BRAKE_HALTED, EventKind.PROBLEM_RESOLVED]
