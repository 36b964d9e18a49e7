"""Every project of a turn, read and decided about: a few together, so that what they share is asked once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from watcher.decide.background import Background
from watcher.decide.focus import Focus
from watcher.decide.gathered import Gathered
from watcher.decide.project import decide_project
from watcher.decide.readings import Failed, Reading
from watcher.decide.twins import Twins
from watcher.decide.unread import decide_undiscovered, decide_unread
from watcher.facts.accounts import AccountId, ProjectId, Unread
from watcher.memory.remembered import FleetMemory, ProjectMemory
from watcher.memory.writes import Write
from watcher.ports.leases import ApiError
from watcher.rules.targets import DISCOVERY, Target
from watcher.turn.elsewhere import also_asked, recalled, to_recall
from watcher.turn.gather import targets
from watcher.turn.read_back import gone_after_all
from watcher.turn.tools import Tools
from watcher.turn.unseen_renewals import also_by_then

_TOGETHER = 32
"""So many projects are decided about and written at once: their memory is read in a handful of queries."""


@dataclass(kw_only=True, slots=True)
class EachProject:
    """Of one turn. What the projects come to is taken up in `gathered` and written."""

    tools: Tools
    focus: Focus | None
    """What a turn rests on that reads only a few of them."""
    gathered: Gathered
    twins: Twins
    background: Background
    trouble: ApiError | None = None

    def decide(self) -> ApiError | None:
        """All of them, as far as it came: answers the trouble with the key or the API that ended it."""
        for readings in self._read():
            readings = [self.twins.told(one) for one in readings]
            memories = self.tools.ledger.projects([one.target.id for one in readings])
            apart = _is_apart(readings, memories, self.background.memory)
            for some in (readings,) if apart else ([one] for one in readings):
                if not apart:
                    memories = self.tools.ledger.projects([one.target.id for one in some])
                if not self._decide(some, memories):
                    return self.trouble
        return self.trouble

    def _read(self) -> Iterator[list[Reading | Failed]]:
        tools = self.tools
        together: list[Reading | Failed] = []
        try:
            for reading in tools.gatherer.gather(
                self._targets(),
                shown=self.background.memory.shown,
                unshown=self.background.memory.unshown,
                due=tools.due | self._asked_to_release,
                asking=tools.asking,
                now=self.background.now,
            ):
                if tools.stop.is_set():
                    break
                tools.keep_lock()
                together.append(reading)
                if len(together) == _TOGETHER:
                    yield together
                    together = []
        except ApiError as error:
            self.trouble = error
        if together:
            yield together

    def _decide(
        self,
        readings: Sequence[Reading | Failed],
        memories: Mapping[ProjectId, ProjectMemory],
    ) -> bool:
        """Decide about these projects and write it, at once: a kill before that has only read in vain.

        False: a trouble with the key ended it.
        """
        writes: list[Write] = []
        try:
            for reading, memory in self._completed(readings, memories):
                writes += self._decided(reading, memory)
        except ApiError as error:
            self.trouble = error
            return False
        finally:
            self.tools.write(writes)
        return True

    def _completed(
        self,
        readings: Sequence[Reading | Failed],
        memories: Mapping[ProjectId, ProjectMemory],
    ) -> Iterator[tuple[Reading | Failed, ProjectMemory]]:
        """The readings, with what is known of their accounts elsewhere. Raises errors about the key."""
        ledger, fleet = self.tools.ledger, self.background.memory
        gone = {one.target.id for one in readings if isinstance(one, Failed) and one.missing}
        unknown, asked = set[AccountId](), set[AccountId]()
        for one in readings:
            if isinstance(one, Reading):
                unknown.update(to_recall(memories[one.target.id], one.listing.accounts, fleet))
                asked.update(one.activity)
        known = ledger.known(unknown) if unknown else {}
        listings = ledger.listings(asked) if asked else {}
        still = {id_: [one for one in listed if one.project not in gone] for id_, listed in listings.items()}
        for reading in readings:
            memory = memories[reading.target.id]
            if isinstance(reading, Reading):
                memory = recalled(memory, reading.listing.accounts, self.background, known)
                reading = also_asked(reading, still, self.tools.gatherer, self.background)
                reading = also_by_then(reading, memory, self.tools.gatherer, self.background)
                if reading.by_then:
                    # After weeks away there is much to ask, and another watcher may wait for the lock.
                    self.tools.keep_lock()
            yield reading, memory

    def _decided(self, reading: Reading | Failed, memory: ProjectMemory) -> Sequence[Write]:
        """What one project comes to, taken up in `gathered`; answers what is to be written of it."""
        tools = self.tools
        if isinstance(reading, Failed):
            unread = decide_unread(reading, memory, self.background)
            self.gathered.add_unread(reading.target.id, unread)
            return unread.writes
        disconnected = gone_after_all(reading.listing, memory, tools.reader)
        plan = decide_project(reading, memory, self.background, disconnected=disconnected)
        self.gathered.add(reading, memory, plan, tools.orders.routes)
        tools.progress(reading.target.name, len(reading.listing.accounts))
        return plan.writes

    @property
    def _asked_to_release(self) -> frozenset[AccountId]:
        """Accounts of which a person's word wants the use to be known, however far their renewal."""
        words = self.background.overrides.asked_releases(self.background.now)
        return frozenset(word.account for word in words if word.account is not None)

    def _targets(self) -> Iterator[Target]:
        tools = self.tools

        def undiscovered(unread: Unread) -> None:
            plan = decide_undiscovered(unread, self.background)
            self.gathered.add_unread(DISCOVERY, plan)
            tools.write(plan.writes)

        wanted = targets(tools.orders, tools.reader, inhabited=tools.ledger.inhabited, failed=undiscovered)
        if self.focus is None:
            return wanted
        projects = self.focus.projects
        return (target for target in wanted if target.id in projects)


def _is_apart(
    readings: Iterable[Reading | Failed], memories: Mapping[ProjectId, ProjectMemory], fleet: FleetMemory
) -> bool:
    """Whether what one of these projects comes to changes nothing that is remembered for another.

    A project's memory is changed by its own reading, and by that of a project from which an account moved.
    """
    for one in readings:
        if isinstance(one, Reading):
            own = one.target.id
            wanted = frozenset(to_recall(memories[own], one.listing.accounts, fleet))
            others = (memory.known for project, memory in memories.items() if project != own)
            if wanted and not all(wanted.isdisjoint(known) for known in others):
                return False
    return True
