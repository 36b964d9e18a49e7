"""Where a turn's CPU goes: each stage's own, without the stages that it calls.

Functions are replaced by ones that look at their thread's CPU clock on the way in and out. That costs a
microsecond a call, so figures by stage come from a run of their own and sum up to more than the turn's.
"""

import sys
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from inspect import getmembers, isfunction
from pkgutil import resolve_name
from threading import local
from time import thread_time
from typing import Any, Final

from watcher.turn.courier import Courier
from watcher.turn.turns import Turns

STAGES: Final = {
    "HTTP": ("watcher.adapters.http.client.Http.send", "watcher.adapters.layers.session.Session.get"),
    "parse leases": ("watcher.adapters.layers.leased.leased_page",),
    "parse posts": ("watcher.adapters.layers.wire.posts_page",),
    "weigh posts": ("watcher.adapters.evidence.posts.PostsSource.read",),
    "gather": ("watcher.turn.gather.Gatherer.read",),
    "judge": ("watcher.rules.judge.judge",),
    "period state": ("watcher.memory.period_state.period_state_of",),
    "plan": ("watcher.rules.plan.plan",),
    "review": ("watcher.memory.review.review",),
    "words": ("watcher.messages.renewal_messages.decision_events", "watcher.messages.routes.Routes.messages"),
    "decide project": ("watcher.decide.project.decide_project",),
    "decide fleet": ("watcher.decide.fleet.decide_fleet", "watcher.decide.fleet.decide_rest"),
    "twins": ("watcher.decide.twins.Twins.parted",),
    "gathered": ("watcher.decide.gathered.Gathered.add",),
}
"""Beside these every method of the ledger is a stage of its own, and the courier is one."""


class _Thread(local):
    """One thread's stages under way, innermost last, and since when the last one is."""

    def __init__(self, spent: list[dict[str, float]]) -> None:
        self.under_way: list[str] = []
        self.since = 0.0
        self.spent = defaultdict[str, float](float)
        spent.append(self.spent)


class Stages:
    """CPU seconds by stage, of all threads."""

    def __init__(self) -> None:
        self._spent: list[dict[str, float]] = []
        self._thread = _Thread(self._spent)

    @classmethod
    def of(cls, turns: Turns) -> "Stages":
        """Watches everything that these turns call."""
        stages = cls()
        for stage, names in STAGES.items():
            for name in names:
                stages._watch(stage, name)
        for kind, stage in ((type(turns.ledger), "ledger {}"), (Courier, "courier")):
            for name, function in getmembers(kind, isfunction):
                if not name.startswith("_"):
                    setattr(kind, name, stages._watched(stage.format(name), function))
        return stages

    def taken(self) -> dict[str, float]:
        """What was spent since it was last asked."""
        together = defaultdict[str, float](float)
        for spent in self._spent:
            for stage, seconds in spent.items():
                together[stage] += seconds
            spent.clear()
        return together

    def _watch(self, stage: str, name: str) -> None:
        home, _, word = name.rpartition(".")
        function = resolve_name(name)
        watched = self._watched(stage, function)
        setattr(resolve_name(home), word, watched)
        for module in [one for name, one in sys.modules.items() if name.startswith("watcher.")]:
            if getattr(module, word, None) is function:
                setattr(module, word, watched)

    def _watched(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        thread = self._thread

        @wraps(function)
        def watched(*words: Any, **named: Any) -> Any:
            if thread.under_way:
                thread.spent[thread.under_way[-1]] += thread_time() - thread.since
            thread.under_way.append(stage)
            thread.since = thread_time()
            try:
                return function(*words, **named)
            finally:
                thread.spent[stage] += thread_time() - thread.since
                thread.under_way.pop()
                thread.since = thread_time()

        return watched
