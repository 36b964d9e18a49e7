"""What a daemon holds on to after hundreds of turns is what it held after dozens."""

import gc
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Signal
from typing import cast

import pytest

from tests.fakes.passing import PassingAlarm, PassingClock
from watcher.adapters.workers import HereAndNow
from watcher.daemon.reload import Configuration
from watcher.daemon.request import Request
from watcher.daemon.run import serve
from watcher.decide.report import Report
from watcher.sandbox import DEFAULT_KEY, LostAnswer, Sandbox, ServerError
from watcher.sandbox.fleets import large
from watcher.sandbox.sandbox import Serving
from watcher.settings.load import Good, load
from watcher.texts.secret import Secret
from watcher.wiring.daemon import StatusTold
from watcher.wiring.turn import Purpose, Wiring

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)
H = timedelta(hours=1)
CONFIGURATION = """\
mode = "observe"
[api]
base_url = "{url}"
tier = "partner"
[schedule]
poll = "1h"
[store]
url = "sqlite:///watcher.db"
[policies.standard.release]
when = "idle"
[notifiers.inbox]
kind = "webhook"
url = "{url}/_sandbox/inbox"
"""
EARLY, LATE = 60, 120
"""Turns, one an hour: in the first days each statement is composed for the first time. Both end a round."""
ROUND = 20
"""Turns in which each thing happens once: the API fails, an answer is lost, the configuration is read."""


LEFT = 500
"""Bytes a turn that may be left."""
NOT_OF_THIS_TEST = [
    tracemalloc.Filter(inclusive=False, filename_pattern=pattern)
    for pattern in (tracemalloc.__file__, __file__)
]


class Counted:
    """Told of each turn. Counts after `EARLY` and after `LATE` of them what Python has allocated since."""

    def __init__(self, sandbox: Sandbox, serving: Serving, request: Request, stop: Signal) -> None:
        self._sandbox, self._serving, self._request, self._stop = sandbox, serving, request, stop
        self.turns = 0
        self.held: list[tracemalloc.Snapshot] = []

    def __call__(self, _report: Report) -> None:
        self.turns += 1
        match self.turns % ROUND:
            case 5:
                self._sandbox.add_fault(ServerError(status=502))
            case 6:
                self._sandbox.clear_faults()
            case 10:
                self._sandbox.add_fault(LostAnswer(times=2))
            case 15:
                self._request.ask()
        if self.turns in (EARLY, LATE):
            # The sandbox is in this process, and remembers what it was asked.
            self._serving.log.clear()
            self._sandbox.inbox.clear()
            gc.collect()
            self.held.append(tracemalloc.take_snapshot().filter_traces(NOT_OF_THIS_TEST))
        if self.turns == LATE:
            self._stop.set()


def counted(folder: Path) -> Sequence[tracemalloc.Snapshot]:
    clock, stop, request = PassingClock(NOW, look=H), Signal(), Request()
    sandbox = Sandbox(fleet=large(NOW, projects=2, accounts=3), clock=clock.now, limits=False)
    with sandbox.serve() as serving:
        file = folder / "lease-watcher.toml"
        projects = (
            f'[projects.p{number}]\nid = "{one}"\nenrolled = true\n'
            for number, one in enumerate(sandbox.world.projects)
        )
        file.write_text(CONFIGURATION.format(url=serving.url) + "".join(projects))

        def loaded() -> Good:
            found = load(file, {"LAYERS_API_KEY": DEFAULT_KEY.secret}, folder, clock.now())
            assert isinstance(found, Good), found
            return found

        count = Counted(sandbox, serving, request, stop)
        key = Secret(DEFAULT_KEY.secret)
        wiring = Wiring(
            settings=loaded().settings,
            key=key,
            clock=clock,
            purpose=Purpose.RUN,
            stop=stop,
            workers=HereAndNow(),
        )
        serve(
            wiring,
            alarm=PassingAlarm(clock),
            environ={},
            read=lambda: Configuration(settings=loaded().settings, key=key),
            request=request,
            show=count,
            told=cast(StatusTold, None),
        )
    return count.held


@pytest.mark.server
@pytest.mark.timeout(240)
def test_a_turn_leaves_nothing_behind_in_memory(tmp_path: Path) -> None:
    """A daemon of twenty minutes grew by 7 KiB a turn, and nobody knew of what: it was room that C's
    allocator had got back. What Python holds is some dozens of bytes a turn more, in caches that fill.
    """
    gc.collect()
    tracemalloc.start()
    try:
        early, late = counted(tmp_path)
    finally:
        tracemalloc.stop()
    grown = sorted(late.compare_to(early, "lineno"), key=lambda one: -one.size_diff)
    told = "\n".join(map(str, grown[:20]))
    assert sum(one.size_diff for one in grown) < LEFT * (LATE - EARLY), told
