"""One call against the whole state: renewals first, then the faults, then the API. A pure step."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from watcher.sandbox import api, faults
from watcher.sandbox.api import Gate, Rules
from watcher.sandbox.faults import Fault, StaleList
from watcher.sandbox.shaping import Delivery, delivered, spoiled, without_loop
from watcher.sandbox.wire import Answer, Request
from watcher.sandbox.world import World, renewed


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A fault with its own history."""

    number: int
    fault: Fault
    seen: int = 0
    fired: int = 0
    # For a stale list: the world as its first call met it.
    remembered: World | None = None

    def meets(self, request: Request, *, seed: int, world: World) -> tuple["Listed", bool]:
        """The fault after it looked at the call, and whether it spoils it."""
        fault = self.fault
        if not fault.matches(request):
            return self, False
        seen = replace(self, seen=self.seen + 1)
        if self.seen < fault.after or (fault.times is not None and self.fired >= fault.times):
            return seen, False
        # One generator per draw: the outcome does not depend on which other calls came in between.
        draw = random.Random(f"{seed}:{self.number}:{self.seen}").random()
        if draw >= fault.probability:
            return seen, False
        if isinstance(fault, StaleList) and self.remembered is None:
            seen = replace(seen, remembered=world)
        return replace(seen, fired=self.fired + 1), True


@dataclass(frozen=True, kw_only=True)
class Book:
    """Every fault in force, in the order they were added."""

    listed: Sequence[Listed] = ()
    added: int = 0

    def with_faults(self, *faults: Fault) -> "Book":
        """The book with more faults."""
        fresh = [Listed(number=self.added + place, fault=fault) for place, fault in enumerate(faults)]
        return Book(listed=(*self.listed, *fresh), added=self.added + len(faults))

    def cleared(self) -> "Book":
        """The book without any fault; numbers are not used again."""
        return Book(added=self.added)

    def meet(self, request: Request, *, seed: int, world: World) -> tuple["Book", tuple[Listed, ...]]:
        """The book after the call, and the faults that spoil it."""
        if not self.listed:
            return self, ()
        looked = [held.meets(request, seed=seed, world=world) for held in self.listed]
        fired = tuple(held for held, spoils in looked if spoils)
        return replace(self, listed=tuple(held for held, _ in looked)), fired


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything a sandbox remembers between two calls."""

    world: World
    gate: Gate = field(default_factory=Gate)
    book: Book = field(default_factory=Book)
    # The world as it was just before the last release, for stale readings.
    before_release: World | None = None
    calls: int = 0

    def at(self, now: datetime) -> "State":
        """The state once every renewal up to `now` has happened."""
        world = renewed(self.world, now)
        return self if world is self.world else replace(self, world=world)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one call went: what to send, and whether it changed the world."""

    delivery: Delivery
    request_id: str
    applied: bool
    fired: tuple[Listed, ...]


def step(
    state: State, request: Request, *, now: datetime, rules: Rules, seed: int, landing: Outcome | None = None
) -> tuple[State, Outcome]:
    """Answer one call. `landing` is the outcome of its first look, when a late hang asked for a second."""
    state = state.at(now)
    if landing is None:
        book, fired = state.book.meet(request, seed=seed, world=state.world)
        state = replace(state, book=book, calls=state.calls + 1)
        request_id = f"req_{seed:04d}{state.calls:08d}"
        late = [held for held in fired if isinstance(held.fault, faults.Hang) and held.fault.late]
        if late:
            wait = sum(held.fault.seconds for held in late if isinstance(held.fault, faults.Hang))
            spared = tuple(held for held in fired if held not in late)
            delivery = Delivery(status=None, wait=wait, again=True)
            return state, Outcome(delivery=delivery, request_id=request_id, applied=False, fired=spared)
    else:
        fired, request_id = landing.fired, landing.request_id
    return _answered(state, request, fired, now=now, rules=rules, request_id=request_id)


def _answered(
    state: State, request: Request, fired: tuple[Listed, ...], *, now: datetime, rules: Rules, request_id: str
) -> tuple[State, Outcome]:
    kinds = [held.fault for held in fired]
    asked = without_loop(request, kinds)
    view = _view(state, fired)
    world, gate, answer = api.respond(
        state.world, state.gate, asked, now=now, rules=rules, request_id=request_id, view=view
    )
    if answer.applied and not all(faults.keeps_change(fault) for fault in kinds):
        # The call would have changed something, and a fault stopped it on the way.
        world, answer = state.world, replace(answer, applied=False)
    before = state.world if answer.applied else state.before_release
    state = replace(state, world=world, gate=gate, before_release=before)
    said: Answer = spoiled(answer, kinds, request_id)
    delivery = delivered(said, kinds, now=now, request_id=request_id)
    return state, Outcome(delivery=delivery, request_id=request_id, applied=answer.applied, fired=fired)


def _view(state: State, fired: tuple[Listed, ...]) -> World | None:
    for held in fired:
        if isinstance(held.fault, faults.StaleList):
            return held.remembered if held.fault.as_of == "first call" else state.before_release
    return None
