"""Each mutant in a fork of one process that has all tests ready: no test is collected twice.

mutmut forks too, but every fork collects its tests again, which takes longer than they do.
First a few tests of the core are asked about a mutant; where it survives them, all others that reach it.
"""

import gc
import os
import pickle
import resource
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import _lru_cache_wrapper
from pathlib import Path

import pytest

from tests.mutants.planting import ROOT, Chosen, Mutant

CORE = ROOT / "tests" / "core"


class Fate(StrEnum):
    KILLED = "killed"
    KILLED_AGAIN = "killed when asked again"
    SURVIVED = "survived"
    UNREACHED = "unreached"
    """No test calls its function."""


KILLED = (Fate.KILLED, Fate.KILLED_AGAIN)
Told = Callable[[Mutant, Fate, str], None]
"""Of each mutant, what became of it, and by which test."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A test without any mutant: `takes` seconds of processor time, and calls these functions."""

    test: str
    passed: bool
    takes: float
    called: frozenset[tuple[str, str]]


@dataclass(eq=False)
class Trying:
    """A pytest plugin. `seconds`: of processor time that the tests of `core` take, as a rule, which are asked
    about a mutant first. `again`: the same of all others that reach it, asked about one that survives; 0: of
    none. What takes three times as much, such as a loop without end, is killed.
    """

    mutants: Sequence[Mutant]
    seconds: float
    again: float
    told: Told
    core: Path = CORE
    failed: bool = False
    left_out: Sequence[str] = ()
    """Tests outside of the core that fail while no mutant is chosen: they are not asked."""
    _items: dict[str, pytest.Item] = field(default_factory=dict)
    _runs: dict[str, Run] = field(default_factory=dict)
    _reached: dict[tuple[str, str], list[pytest.Item]] = field(default_factory=dict)
    _killers: dict[str, int] = field(default_factory=dict)
    _caches: Sequence["_lru_cache_wrapper[object]"] = ()
    _is_all_known: bool = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._items = {item.nodeid: item for item in session.items}
        self._caches = _caches()
        for run in self._run_each(item for item in session.items if self._is_core(item)):
            if not run.passed:
                raise pytest.UsageError(f"{run.test} fails without any mutant")
            self._remember(run)
        for mutant in self.mutants:
            self.told(mutant, *self._fate(mutant))
        return True

    def _is_core(self, item: pytest.Item) -> bool:
        return item.path.is_relative_to(self.core)

    def _run_each(self, items: Iterable[pytest.Item]) -> Iterator[Run]:
        following = None
        for item in items:
            following = following or item
            Chosen.called, began, self.failed = set(), time.process_time(), False
            self._run(item, following)
            yield Run(
                test=item.nodeid,
                passed=not self.failed,
                takes=time.process_time() - began,
                called=frozenset(Chosen.called),
            )
        Chosen.called, self.failed = None, False

    def _remember(self, run: Run) -> None:
        self._runs[run.test] = run
        for function in run.called:
            self._reached.setdefault(function, []).append(self._items[run.test])

    def _know_all(self) -> None:
        """Which functions tests outside of the core call: found out in a fork, where they leave nothing."""
        others = [item for item in self._items.values() if not self._is_core(item)]

        def run_others(write: int) -> bool:
            runs = list(self._run_each(others))
            with os.fdopen(write, "wb") as pipe:
                pickle.dump(runs, pipe)
            return True

        runs, _ = _forked(run_others)
        for run in pickle.loads(runs):
            if run.passed:
                self._remember(run)
        self.left_out = [item.nodeid for item in others if item.nodeid not in self._runs]
        self._is_all_known = True

    def _run(self, item: pytest.Item, following: pytest.Item) -> None:
        for cache in self._caches:
            cache.cache_clear()  # of what a test before found out without a mutant
        item.session._setupstate.teardown_exact(item)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def _fate(self, mutant: Mutant) -> tuple[Fate, str]:
        """What becomes of a mutant, and by which test."""
        function = mutant.module, mutant.name.rpartition("__mutmut_")[0] + "__mutmut_orig"
        near = [item for item in self._reached.get(function, ()) if self._is_core(item)]
        chosen = self._chosen(mutant, near, self.seconds)
        if killer := self._killer(mutant, chosen):
            return Fate.KILLED, killer
        if self.again:
            if not self._is_all_known:
                self._know_all()
            others = [item for item in self._reached.get(function, ()) if item not in chosen]
            chosen = self._chosen(mutant, others, self.again) or chosen
            if killer := self._killer(mutant, chosen):
                return Fate.KILLED_AGAIN, killer
        return Fate.SURVIVED if chosen else Fate.UNREACHED, ""

    def _chosen(
        self, mutant: Mutant, reaching: Iterable[pytest.Item], seconds: float
    ) -> Sequence[pytest.Item]:
        """First tests of the module's own, then quick ones that call little else, and killed before."""
        stem = "test_" + mutant.module.rpartition(".")[2]

        def order(item: pytest.Item) -> tuple[bool, float]:
            run = self._runs[item.nodeid]
            work = run.takes * len(run.called) / (1 + self._killers.get(item.nodeid, 0))
            return not item.path.stem.startswith(stem), work

        chosen, left = [], seconds
        for item in sorted(reaching, key=order):
            left -= self._runs[item.nodeid].takes
            if left < 0 and chosen:
                break
            chosen.append(item)
        return chosen

    def _killer(self, mutant: Mutant, chosen: Sequence[pytest.Item]) -> str:
        """The first of these tests that fails with this mutant, or does not end; none: empty."""
        most = int(3 * sum(self._runs[item.nodeid].takes for item in chosen)) + 2

        def ask(write: int) -> bool:
            resource.setrlimit(resource.RLIMIT_CPU, (most, most))
            signal.alarm(10 * most)  # of one that waits for what never comes
            Chosen.module, Chosen.name = mutant.module, mutant.name
            for item in chosen:
                os.write(write, f"{item.nodeid}\n".encode())
                self._run(item, item)
                if self.failed:
                    return False
            return True

        asked, is_unseen = _forked(ask)
        if is_unseen:
            return ""
        killer = asked.decode().splitlines()[-1]
        self._killers[killer] = self._killers.get(killer, 0) + 1
        return killer


def _caches() -> Sequence["_lru_cache_wrapper[object]"]:
    """What functions of the watcher and of its tests remember."""
    gc.unfreeze()  # what is frozen (tests/conftest.py) is not listed
    found = [one for one in gc.get_objects() if isinstance(one, _lru_cache_wrapper)]
    gc.freeze()
    return [one for one in found if one.__module__.startswith(("watcher", "tests"))]


def _forked(work: Callable[[int], bool]) -> tuple[bytes, bool]:
    """What it writes to the pipe it is given, and whether it ends well, in a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            ended = 0 if work(write) else 1
        finally:
            os._exit(ended)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        written = pipe.read()
    _, status = os.waitpid(child, 0)
    return written, status == 0
