"""Each mutant in a fork of one process that has all tests ready: no test is collected twice.

mutmut forks too, but every fork collects its tests again, which takes longer than they do.
"""

import gc
import os
import resource
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import _lru_cache_wrapper

import pytest

from tests.mutants.planting import Chosen, Mutant


class Fate(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"
    UNREACHED = "unreached"
    """No test calls its function."""


Told = Callable[[Mutant, Fate, float], None]


@dataclass
class Trying:
    """A pytest plugin. `seconds`: of processor time that each mutant's tests take as a rule; what takes three
    times as much, such as a loop without end, is killed.
    """

    mutants: Sequence[Mutant]
    seconds: float
    told: Told
    failed: bool = False
    _takes: dict[str, float] = field(default_factory=dict)
    _calls: dict[str, int] = field(default_factory=dict)
    _reached: dict[tuple[str, str], list[pytest.Item]] = field(default_factory=dict)
    _killers: dict[str, int] = field(default_factory=dict)
    _caches: Sequence["_lru_cache_wrapper[object]"] = ()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = session.items
        self._caches = [one for one in gc.get_objects() if isinstance(one, _lru_cache_wrapper)]
        for item in items:
            Chosen.called, began = set(), time.process_time()
            self._run(item, items[0])
            self._takes[item.nodeid] = time.process_time() - began
            self._calls[item.nodeid] = len(Chosen.called)
            for function in Chosen.called:
                self._reached.setdefault(function, []).append(item)
            if self.failed:
                raise pytest.UsageError(f"{item.nodeid} fails without any mutant")
        Chosen.called = None
        for mutant in self.mutants:
            began = time.monotonic()
            fate = self._fate(mutant)
            self.told(mutant, fate, time.monotonic() - began)
        return True

    def _run(self, item: pytest.Item, following: pytest.Item) -> None:
        for cache in self._caches:
            cache.cache_clear()  # of what a test before found out without a mutant
        item.session._setupstate.teardown_exact(item)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def _fate(self, mutant: Mutant) -> Fate:
        original = mutant.name.rpartition("__mutmut_")[0] + "__mutmut_orig"
        chosen = self._chosen(mutant, self._reached.get((mutant.module, original), ()))
        if not chosen:
            return Fate.UNREACHED
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            self._in_child(mutant, chosen, write)
        os.close(write)
        with os.fdopen(read) as pipe:
            killer = pipe.read()
        _, status = os.waitpid(child, 0)
        if killer:
            self._killers[killer] = self._killers.get(killer, 0) + 1
        return Fate.SURVIVED if status == 0 else Fate.KILLED

    def _chosen(self, mutant: Mutant, reaching: Iterable[pytest.Item]) -> Sequence[pytest.Item]:
        """First tests of the module's own, then quick ones that call little else, and killed before."""
        stem = "test_" + mutant.module.rpartition(".")[2]

        def order(item: pytest.Item) -> tuple[bool, float]:
            name = item.nodeid
            work = self._takes[name] * self._calls[name] / (1 + self._killers.get(name, 0))
            return not item.path.stem.startswith(stem), work

        chosen, left = [], self.seconds
        for item in sorted(reaching, key=order):
            left -= self._takes[item.nodeid]
            if left < 0 and chosen:
                break
            chosen.append(item)
        return chosen

    def _in_child(self, mutant: Mutant, chosen: Sequence[pytest.Item], write: int) -> None:
        ended = 1
        try:
            most = int(3 * self.seconds) + 2
            resource.setrlimit(resource.RLIMIT_CPU, (most, most))
            signal.alarm(30 * most)  # of one that waits for what never comes
            Chosen.module, Chosen.name = mutant.module, mutant.name
            for item in chosen:
                self._run(item, item)
                if self.failed:
                    os.write(write, item.nodeid.encode())
                    break
            else:
                ended = 0
        finally:
            os._exit(ended)
