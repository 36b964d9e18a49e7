"""Until a person's word for a release is carried out: by whoever holds the ledger, or here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event
from typing import Final

from watcher.adapters import logs
from watcher.cli.configured import Keyed
from watcher.cli.process import Process
from watcher.cli.signals import stopping_on_signals
from watcher.decide.report import Report
from watcher.facts.accounts import LeasePeriod
from watcher.facts.handles import with_id
from watcher.messages.words import NEXT
from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override
from watcher.record.reasons import Trouble
from watcher.texts.commands import to_hold, to_release
from watcher.texts.plain import plain
from watcher.texts.spans import span
from watcher.texts.times import clock_time, zone
from watcher.turn.turns import Turns

PATIENCE: Final = timedelta(minutes=10)
"""As long as the longest turns: who holds the ledger may be in the middle of one."""

_LOOK: Final = timedelta(seconds=1)
_TRY_SECONDS: Final = 5.0
"""How often the ledger is tried for: whoever held it may have ended without carrying it out."""

_CLEAR = "\r\x1b[K"


def carried_out(word: Override, with_key: Keyed, process: Process, changed: Callable[[], bool]) -> Exit:
    """Wait for the answer, or take the turn that gives it; tell it, or what holds without one.

    `changed`: the configuration is another by now than what this one was read from.
    """
    from watcher.wiring.turn import Purpose, Wiring, open_turns

    stop = Event()
    wiring = Wiring(
        settings=with_key.settings,
        key=with_key.key,
        clock=process.clock,
        purpose=Purpose.RUN,
        stop=stop,
        shard=with_key.shard,
        rules_to_come=changed,
    )
    try:
        with stopping_on_signals(stop), open_turns(wiring) as turns, _waiting(process) as show:
            within = with_key.settings.heartbeat.alarm_before
            answer = _answer(word, turns, process, stop, show, changed=changed, within=within)
    except (LedgerUnavailable, LedgerUnusable):
        process.remark(_standing(word, with_key, process))
        raise
    if answer is None:
        changed_meanwhile = "The configuration changed meanwhile, so nothing was released by the former one."
        why = changed_meanwhile if changed() else "Nobody carried it out."
        process.remark(f"{why} {_standing(word, with_key, process)}")
        return Exit.UNREADABLE
    code = Exit.UNEXPECTED if answer.exit is None else answer.exit
    process.say(f"{_called(word)} was {plain(answer.why)}.")
    if code is Exit.OUTCOME_UNKNOWN:
        process.remark(NEXT[code])
    elif code is not Exit.DONE:
        again = to_release(word.account or "")
        process.remark(f"Your word is used up: `{again}` asks again. What its policy says of it goes on.")
    return code


def _answer(
    word: Override,
    turns: Turns,
    process: Process,
    stop: Event,
    show: Callable[[str], None],
    *,
    changed: Callable[[], bool],
    within: timedelta,
) -> Override | None:
    """What the watcher made of the word; None where nobody did anything within our patience, or where no turn
    of ours may release any more, because it would go by a configuration of the past.

    `within`: how long before a release would be missed people want to know that turns fail.
    """
    clock = process.clock
    began, tries_from, heard = clock.monotonic(), 0.0, -1
    while True:
        now = clock.now()
        if (last := turns.ledger.last_word()) != heard:
            heard = last
            answer = turns.ledger.fleet(now).overrides.answer_to(word)
            if answer is not None:
                return answer
        waited = timedelta(seconds=clock.monotonic() - began)
        if stop.is_set() or waited >= PATIENCE or (word.until is not None and now >= word.until):
            return None
        if clock.monotonic() >= tries_from:
            tries_from = clock.monotonic() + _TRY_SECONDS
            show("releasing")
            only = word.periods[0]
            report = turns.run(only=only).report
            if report.trouble is not Trouble.LEDGER_HELD:
                _follow(turns, report, only, within)
                if turns.ledger.last_word() == heard and changed():
                    return None
                continue
        show(f"{_by_whom(turns, now)} carries it out, {span(waited)}")
        clock.wait(clock.now() + _LOOK, stop)


def _follow(turns: Turns, report: Report, only: LeasePeriod, within: timedelta) -> None:
    """Its turn is one like any other: with it ends what stood because none had succeeded."""
    from watcher.daemon.problems import follow_one_turn

    try:
        follow_one_turn(turns, report, within=within, only=only)
    except (LedgerUnavailable, LedgerUnusable) as error:
        # The turn ended as it ended; the next one tells.
        logs.logger("watcher.turn").warning("problems wait to be told", why=str(error))


def _by_whom(turns: Turns, now: datetime) -> str:
    held = turns.ledger.holder(now)
    return "whoever holds the ledger" if held is None else f"the watcher on {plain(str(held))},"


def _standing(word: Override, with_key: Keyed, process: Process) -> str:
    """What holds while a word has no answer."""
    assert word.until is not None, "a word for a release has an end"
    until = clock_time(word.until, zone(with_key.settings.timezone), now=process.clock.now())
    return (
        f"The watcher may still release {_called(word)} until {until}: then your word expires. "
        f"`{to_hold(word.account or '')}` stops that."
    )


def _called(word: Override) -> str:
    return with_id(word.handle, word.account or "")


@contextmanager
def _waiting(process: Process) -> Iterator[Callable[[str], None]]:
    """One line that is rewritten on a terminal, nothing elsewhere."""
    if not process.err.isatty():
        yield lambda _text: None
        return

    def show(text: str) -> None:
        process.err.write(f"{_CLEAR}{text[: (process.err_width or 80) - 1]}")
        process.err.flush()

    try:
        yield show
    finally:
        process.err.write(_CLEAR)
        process.err.flush()
