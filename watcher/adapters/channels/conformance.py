"""What every notifier promises, as a suite for pytest: ours pass it, and yours can be held to it too.

    class TestPigeon(NotifierContract):
        @pytest.fixture
        def case(self):
            with loft() as loft:
                yield Case(notifier=…, counts=True, received=lambda: loft.letters, shut=loft.close)

How text of others is made harmless is each channel's own, and so are the tests of that.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import StringIO
from threading import Event as Flag
from typing import Final

from watcher.adapters import logs
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.messages.events import Event, EventKind, Facts
from watcher.messages.problem_facts import UnreadableFacts
from watcher.ports.notifier import Accepted, Delivery, Digest, Notifier, Postponed, Rejected

NAME: Final = "ops"
"""The notifier of a case is that of `[notifiers.ops]`."""

NOW: Final = datetime(2026, 5, 18, 12, tzinfo=UTC)
HOSTILE: Final = (
    "a\r\nlevel=critical <img src=x onerror=alert(1)> {{7*7}} ${7*7} <!channel> "
    "\x1b[2J\u202e\x00\ud800 \" ' \\ @here"
)
_MANY: Final = 200


@dataclass(frozen=True, kw_only=True)
class Case:
    """A notifier that works, and its other side.

    `received`: all messages that arrived there, oldest first, as anything JSON can be made of; decoded so far
    that plain words stand in it as they are. `shut`: from now on the other side fails. `secrets`: texts
    that must be shown to nobody.
    """

    notifier: Notifier
    counts: bool
    received: Callable[[], list[object]]
    shut: Callable[[], None]
    secrets: tuple[str, ...] = ()

    def everything(self) -> str:
        return json.dumps(self.received())


class NotifierContract:
    """Subclass it as `Test…` with a fixture `case`, which may be parametrized."""

    def test_it_has_the_name_it_was_given_and_counts_as_its_options_say(self, case: Case) -> None:
        assert case.notifier.name == NAME, f"it calls itself {case.notifier.name!r}"
        assert case.notifier.counts is case.counts, "its options say otherwise whether it counts"

    def test_it_accepts_a_digest_and_every_event_arrives(self, case: Case) -> None:
        texts = [f"about account {number}" for number in range(3)]
        _told(case, *(event(text=text) for text in texts))
        _arrived(case, texts)

    def test_it_carries_whole_as_many_events_as_it_says(self, case: Case) -> None:
        assert case.notifier.most >= 1, "it must carry at least one event"
        many = min(case.notifier.most, _MANY)
        texts = [f"about account {number} of many" for number in range(many)]
        told = (event(handle=f"account.{number}", text=text) for number, text in enumerate(texts))
        _accepted(case.notifier.deliver(digest(*told)))
        _arrived(case, texts)

    def test_every_kind_of_event_can_be_told(self, case: Case) -> None:
        texts = [f"this is about {kind.value}" for kind in EventKind]
        for kind, text in zip(EventKind, texts, strict=True):
            _accepted(case.notifier.deliver(digest(event(kind, text=text))))
        _arrived(case, texts)

    def test_an_event_of_no_account_and_no_project_can_be_told(self, case: Case) -> None:
        bare = Event(kind=EventKind.CLOCK_OFF, key="clock", at=NOW, what="the clock is off", problem="clock")
        _accepted(case.notifier.deliver(digest(bare)))
        _arrived(case, [bare.text])

    def test_what_only_would_be_done_is_not_told_as_done(self, case: Case) -> None:
        done = event(EventKind.RELEASE_DONE, text="it was released")
        _accepted(case.notifier.deliver(digest(done)))
        live = case.everything()
        _accepted(case.notifier.deliver(digest(done, live=False)))
        assert case.received()[-1] != json.loads(live)[-1], "a rehearsal looks like the real thing"

    def test_an_empty_digest_is_accepted_and_tells_nothing(self, case: Case) -> None:
        _accepted(case.notifier.deliver(digest()))
        assert case.received() == [], "an empty digest was told"

    def test_what_is_sent_again_is_accepted_again(self, case: Case) -> None:
        """After an answer that got lost nobody knows better: it may be told twice, and is not refused."""
        again = digest(event(text="told once at least"))
        for _ in range(2):
            _accepted(case.notifier.deliver(again))
        _arrived(case, ["told once at least"])

    def test_text_of_others_stops_nothing(self, case: Case) -> None:
        told = event(text=HOSTILE, handle=HOSTILE, project=HOSTILE, facts=UnreadableFacts(code=HOSTILE))
        _told(case, event(text="told before it"), told, event(text="told after it"))
        _arrived(case, ["told before it", "told after it"])

    def test_a_text_without_end_takes_no_other_event_along(self, case: Case) -> None:
        endless = event(text="so long " * 2_000)
        _told(case, endless, event(handle="other", text="and this one too"))
        _arrived(case, ["and this one too"])

    def test_a_broken_other_side_raises_nothing_and_is_never_a_receipt(self, case: Case) -> None:
        case.shut()
        for _ in range(2):
            delivery = case.notifier.deliver(digest(event()))
            assert isinstance(delivery, Accepted | Postponed | Rejected), f"no delivery: {delivery!r}"
            assert not (case.counts and isinstance(delivery, Accepted)), "what nobody got was accepted"
            if not isinstance(delivery, Accepted):
                assert delivery.why.strip(), "it does not say why"
                assert delivery.why.isprintable(), "why is no single line of plain text"

    def test_no_secret_is_in_what_it_answers_logs_or_looks_like(self, case: Case) -> None:
        with logged() as log:
            deliveries = [case.notifier.deliver(digest(event()))]
            if case.counts:
                case.shut()
                deliveries.append(case.notifier.deliver(digest(event())))
        shown = f"{deliveries!r} {case.notifier!r} {case.notifier} {log.getvalue()}"
        assert not any(secret in shown for secret in case.secrets), "a secret is shown"


def event(
    kind: EventKind = EventKind.RENEWAL_WARNING,
    *,
    handle: str = "latte.art.lab",
    text: str = "it renews",
    project: str | None = "prj_acme",
    cents: int | None = 15_000,
    facts: Facts | None = None,
) -> Event:
    """An event of the lease period of one account, which is named by its handle.

    Its key follows from what it says: other words are another occasion.
    """
    account = AccountId(f"sa_{handle}")
    return Event(
        kind=kind,
        key=f"{kind}:{account}:{_hashed(text)[:8]}",
        at=NOW,
        what=text,
        project=ProjectId(project) if project else None,
        account=account,
        handle=handle,
        period=LeasePeriod(account=account, renews_at=NOW + timedelta(hours=31)),
        cents=cents,
        facts=facts,
    )


def digest(*events: Event, live: bool = True, thread: str | None = None) -> Digest:
    """All that is told at once. As the port says, its id is the same for the same events alone."""
    same = _hashed("\n".join(one.key for one in events))[:16]
    worded = "live" if live else "would-be"
    return Digest(id=f"{same}:{NAME}:{worded}", at=NOW, live=live, events=events, thread=thread)


def _hashed(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()


@contextmanager
def logged() -> Iterator[StringIO]:
    """All that is logged within, at DEBUG, as the watcher writes it; logging is put back as it was."""
    root = logging.getLogger()
    levels = {each: each.level for each in (root, *_loggers())}
    handlers = root.handlers[:]
    stream = StringIO()
    logs.configure(clock=_Still(), human=False, level=logs.DEBUG, stream=stream)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        for each in (root, *_loggers()):
            each.setLevel(levels.get(each, logging.NOTSET))


def _loggers() -> list[logging.Logger]:
    return [each for each in logging.Logger.manager.loggerDict.values() if isinstance(each, logging.Logger)]


class _Still:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def wait(self, until: datetime, stop: Flag | None = None) -> bool:  # noqa: ARG002
        return True


def _told(case: Case, *events: Event) -> None:
    """As the courier does: no more at once than the notifier says."""
    most = case.notifier.most
    for start in range(0, len(events), most):
        _accepted(case.notifier.deliver(digest(*events[start : start + most])))


def _accepted(delivery: Delivery) -> None:
    assert isinstance(delivery, Accepted), f"not accepted: {delivery!r}"


def _arrived(case: Case, texts: list[str]) -> None:
    everything = case.everything()
    missing = [text for text in texts if text not in everything]
    assert not missing, f"accepted, but not told: {missing}"
