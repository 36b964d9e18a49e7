"""The only DELETE: sent once or not at all, and never claimed to be what it may not be."""

import inspect
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

import watcher
from tests.adapters.layers.stage import NOW, SECRET, Stage, account, fleet, staged
from tests.fakes.clock import FakeClock, SettableClock
from watcher import sandbox
from watcher.adapters.clock import SystemClock
from watcher.adapters.layers.reader import LayersReader
from watcher.ports.leases import Denied, Done, NotSent, NotThere, ReleaseAnswer, Throttled, Uncertain
from watcher.record.intents import WhyNotSent
from watcher.sandbox import Key

TIMEOUT = timedelta(seconds=5)
LATER = NOW + timedelta(hours=1)
FLEET = fleet(account("1"), account("2"), account("own", leased=False))


def release(stage: Stage, id_: str = "sa_1", reason: str = "unused", latest=LATER) -> ReleaseAnswer:
    return stage.releaser.release(id_, reason=reason, latest=latest)


def test_a_release_is_done_when_the_api_says_so_of_this_account():
    with staged(FLEET) as stage:
        assert release(stage) == Done(request_id=stage.server.log.entries[0].request_id)
        assert stage.leased_ids() == ["sa_2"]
        assert [entry.reason for entry in stage.server.log.select("DELETE")] == ["unused"]


def test_a_long_reason_is_cut():
    with staged(FLEET) as stage:
        release(stage, reason="ü" * 501)
        assert [entry.reason for entry in stage.server.log.entries] == ["ü" * 500]


def test_a_second_release_answers_404():
    with staged(FLEET) as stage:
        release(stage)
        assert isinstance(release(stage), NotThere)


def test_an_account_that_is_not_leased_is_denied():
    with staged(FLEET) as stage:
        answer = release(stage, "sa_own")
        assert answer == Denied(
            status=409, code="CONFLICT", request_id=stage.server.log.entries[0].request_id
        )


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        (Key(secret="lp_other"), 401, "UNAUTHENTICATED"),
        (Key(secret=SECRET, scopes=("projects:read",)), 403, "FORBIDDEN_SCOPE"),
    ],
)
def test_a_key_that_may_not_release_is_denied(key, status, code):
    with staged(FLEET, key=key) as stage:
        answer = release(stage)
        assert isinstance(answer, Denied)
        assert (answer.status, answer.code) == (status, code)


CORRUPTED = [
    sandbox.Corrupt(mutate=lambda body: {**body, "socialAccountId": "sa_2"}),
    sandbox.Corrupt(mutate=lambda body: {**body, "status": "assigned"}),
    sandbox.Corrupt(mutate=lambda body: {}),
]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (sandbox.RateLimited(retry_after="2"), Throttled),
        (sandbox.ServerError(), Uncertain),
        (sandbox.ServerError(apply=True, status=504), Uncertain),
        (sandbox.Suspended(), Uncertain),
        (sandbox.LostAnswer(), Uncertain),
        (sandbox.DropBefore(), Uncertain),
        (sandbox.Html(), Uncertain),
        (sandbox.Html(status=200), Uncertain),
        (sandbox.Html(status=302), Uncertain),
        (sandbox.Html(status=401), Uncertain),
        (sandbox.Html(status=403), Uncertain),
        (sandbox.Html(status=404), Uncertain),
        (sandbox.EmptyBody(status=200), Uncertain),
        (sandbox.EmptyBody(status=404), Uncertain),
        (sandbox.Truncated(), Uncertain),
        (sandbox.Oversized(bytes=9_000_000), Uncertain),
        *((fault, Uncertain) for fault in CORRUPTED),
        (sandbox.ServerError(status=404, code="NOT_FOUND"), NotThere),
        (sandbox.ServerError(status=422, code="VALIDATION"), Denied),
        (sandbox.ServerError(status=409, code="CONFLICT"), Denied),
    ],
)
def test_whatever_comes_back_the_delete_was_sent_once(fault, kind):
    with staged(FLEET, fault) as stage:
        assert type(release(stage)) is kind
        assert stage.server.log.deletes_received == 1
        assert stage.clock.waits == []


def test_a_silent_api_is_uncertain_after_one_timeout():
    fault = sandbox.Hang(seconds=30, apply=True)
    with staged(FLEET, fault, clock=SystemClock(), timeout=timedelta(seconds=2)) as stage:
        answer = release(stage, latest=SystemClock().now() + timedelta(hours=1))
        stage.sandbox.clear_faults()
        assert answer == Uncertain(detail="no answer in time", request_id=None)
        assert stage.server.log.deletes_received == 1


def test_without_a_connection_nothing_was_sent():
    with staged(FLEET) as stage:
        dead = replace(stage.session, base_url="http://127.0.0.1:1")
        answer = replace(stage, session=dead).releaser.release("sa_1", reason="", latest=LATER)
    assert answer == NotSent(why=WhyNotSent.NO_CONNECTION)


TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("latest", "sent"),
    [(NOW + TIMEOUT - TICK, False), (NOW + TIMEOUT, False), (NOW + TIMEOUT + TICK, True)],
)
def test_nothing_is_sent_unless_the_timeout_ends_before_latest(latest, sent):
    with staged(FLEET, timeout=TIMEOUT) as stage:
        answer = release(stage, latest=latest)
        assert isinstance(answer, Done) is sent
        assert sent or answer == NotSent(why=WhyNotSent.TOO_LATE)
        assert stage.server.log.deletes_received == sent


class Dozing(FakeClock):
    """Of a machine that sleeps for an hour right after it was asked the time: only one clock notices."""

    tired = False

    def now(self) -> datetime:
        told, self._now = self._now, self._now + timedelta(hours=self.tired)
        self.tired = False
        return told


def test_a_machine_that_slept_before_the_first_byte_sends_none():
    """The clock that never jumps had stood still meanwhile, and let the DELETE out an hour late: after the
    window had closed, and while another host held the ledger.
    """
    clock = Dozing(NOW)
    with staged(FLEET, clock=clock) as stage:
        clock.tired = True
        answer = release(stage, latest=NOW + timedelta(minutes=30))
        assert isinstance(answer, NotSent)
        assert stage.server.log.deletes_received == 0


def test_the_wait_for_the_budget_counts_before_the_decision_to_send():
    with staged(FLEET) as stage:
        stage.session.writes.close_for(timedelta(minutes=1))
        answer = release(stage, latest=NOW + timedelta(minutes=1))
        assert answer == NotSent(why=WhyNotSent.TOO_LATE)
        assert stage.server.log.deletes_received == 0


def test_a_clock_put_back_during_that_wait_makes_nothing_earlier():
    """By it there was an hour left; by the world's the account had renewed."""

    class PutBack(SettableClock):
        def wait(self, until, stop=None):
            waited = super().wait(until, stop)
            self.set_by(-timedelta(hours=1))
            return waited

    with staged(FLEET, clock=PutBack(NOW)) as stage:
        stage.session.writes.close_for(timedelta(minutes=1))
        answer = release(stage, latest=NOW + timedelta(minutes=1))
        assert answer == NotSent(why=WhyNotSent.TOO_LATE)
        assert stage.server.log.deletes_received == 0


def test_throttled_once_the_next_release_waits_as_told():
    with staged(FLEET, sandbox.RateLimited(retry_after="20", times=1)) as stage:
        assert isinstance(release(stage), Throttled)
        assert isinstance(release(stage), Done)
        assert stage.clock.now() == NOW + timedelta(seconds=20)


def test_a_stop_while_waiting_for_the_budget_sends_nothing():
    with staged(FLEET) as stage:
        stop = Event()
        stop.set()
        stage.session.writes.close_for(timedelta(minutes=1))
        stopping = replace(stage, session=replace(stage.session, stop=stop))
        assert release(stopping) == NotSent(why=WhyNotSent.STOPPING)
        assert stage.server.log.deletes_received == 0


@pytest.mark.parametrize("id_", ["sa 1", "sa?force=1", "sa#x", "sa%2F2", "sa;2", "sä_1", "账号", "..a"])
def test_an_odd_id_releases_exactly_its_account(id_):
    with staged(fleet(account("1", id=id_), account("2"), account("3", id="sa"))) as stage:
        assert isinstance(release(stage, id_), Done)
        assert [held.account for held in stage.sandbox.world.releases] == [id_]


@pytest.mark.parametrize("id_", ["", ".", "..", "a/b", "../projects", "a\nb"])
def test_an_impossible_id_sends_no_request(id_):
    with staged(FLEET) as stage:
        with pytest.raises(ValueError, match="not usable as an id"):
            release(stage, id_)
        assert stage.paths() == []


def test_the_reader_has_no_way_to_delete():
    methods = {name for name, _ in inspect.getmembers(LayersReader, inspect.isfunction) if name[0] != "_"}
    assert methods == {"whoami", "projects", "leased", "disconnected", "posts", "health"}


def test_one_place_in_the_code_sends_a_delete():
    package = Path(watcher.__file__).parent
    senders = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        # The sandbox and its command's help speak of it, and to SQL it is another word.
        if not {"sandbox", "sandbox.py", "ledger"}.intersection(path.parts) and '"DELETE"' in path.read_text()
    }
    assert senders == {"adapters/layers/releaser.py"}
