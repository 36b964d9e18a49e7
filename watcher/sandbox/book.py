"""Which of the faults meet a call: counted, and drawn from the seed, so the same story can be told again."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from watcher.sandbox.faults import Fault, StaleList
from watcher.sandbox.wire import Request
from watcher.sandbox.world import World


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
