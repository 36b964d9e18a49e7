"""What a brake is, and what brakes answer: which releases may not be sent, and why."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from watcher.brakes.docket import Docket, Entry, Place
from watcher.brakes.fleet_state import FleetState
from watcher.brakes.limits import Limits
from watcher.facts.accounts import LeasePeriod, ProjectId
from watcher.texts.commands import WayOut, to_accept_the_baseline, to_approve
from watcher.texts.times import clock_time


@dataclass(frozen=True, kw_only=True, slots=True)
class Brake:
    """A reason to do no release: all that is known of it stands in its own file in `watcher/brakes/kinds/`.

    `word` names it in JSON, metrics and the ledger; `title` is what people read. `check` yields its halts:
    one of the fleet, or one of each project that it stops. `way_out` says what lifts a halt; its text is the
    id of the releases that an approval would name.
    `approvable`: an approval lifts it, as it does count, share and money and nothing else.
    `of_a_baseline`: it compares with before, so a person may say that the fleet is right as it is.
    `doubts_the_lists`: while it is on, an account that no list shows is not believed to be gone.
    `of_the_clock`: it is not known what time it is.
    `says_all`: what its halts measured needs no title and no limit: `paused by Ann: a campaign`.
    `unless`: the one thing that a person can do about it, where there is one; follows that word.
    """

    word: str
    title: str
    check: Callable[[Docket, FleetState, Limits], "Iterable[Halt]"]
    way_out: "Callable[[Halt, str], WayOut]"
    approvable: bool = False
    of_a_baseline: bool = False
    doubts_the_lists: bool = False
    of_the_clock: bool = False
    says_all: bool = False
    unless: str = ""

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True, kw_only=True, slots=True)
class Halt:
    """One brake that is on. `project` None: the whole fleet; `measured` and `limit` as people read them; a
    brake without a figure to pass has no limit.

    `lifts_at`: when it goes off by itself at the earliest, where time alone does that. `planned`: it is a
    pause of the configuration, which no command ends. `done`: how much of what is measured is done already,
    empty where nothing is; `foreseen`: when it will be so, None: it is so now.
    """

    brake: Brake
    measured: str
    limit: str
    project: ProjectId | None = None
    lifts_at: datetime | None = None
    planned: bool = False
    done: str = ""
    foreseen: datetime | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """Which brake of what it is, whatever it measures; of pauses each is one of its own."""
        said = (self.measured,) if self.brake.says_all else ()
        return (self.brake.word, self.project or "", *said)

    def covers(self, project: ProjectId) -> bool:
        return self.project is None or self.project == project

    def in_words(self, names: Mapping[ProjectId, str] = {}) -> str:
        """`too many releases (24 releases, limit 20)`. `names`: what people call the projects."""
        if self.brake.says_all:
            return f"{self.measured}{self._where(names)}"
        return f"{self.named(names)} ({self.figures})"

    @property
    def figures(self) -> str:
        """`24 releases, 4 of them done, limit 20`."""
        when = "" if self.foreseen is None else f"by {clock_time(self.foreseen, UTC, now=self.foreseen)} "
        # Of a time to come, what will be done is no more than foreseen.
        done = f", {self.done}{' by then' if self.foreseen else ''}" if self.done else ""
        limit = f", limit {self.limit}" if self.limit else ""
        return f"{when}{self.measured}{done}{limit}"

    def named(self, names: Mapping[ProjectId, str] = {}) -> str:
        """`too few accounts would be left in beta`."""
        return f"{self.brake.title}{self._where(names)}"

    def _where(self, names: Mapping[ProjectId, str]) -> str:
        return f" in {names.get(self.project, self.project)}" if self.project else ""

    def way_out(self, docket_id: str) -> WayOut:
        """The same words wherever it is told. `docket_id`: the releases an approval would name."""
        return self.brake.way_out(self, docket_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class HaltedRelease:
    """A release that brakes stop now, or will as its window opens.

    `goes_on`: by when it does by itself, by what is known now; None: no turn is sure to do it before it is
    too late. `perhaps_sent`: one may, before brakes stop it. `only_later`: nothing stops it just now.
    """

    entry: Entry
    halts: tuple[Halt, ...]
    goes_on: datetime | None = None
    perhaps_sent: bool = False
    only_later: bool = False

    @property
    def is_due(self) -> bool:
        """Whether its window is open, and it is stopped now."""
        return self.entry.place is Place.DUE and not self.only_later

    @property
    def is_lost(self) -> bool:
        """Unless somebody does something."""
        return self.goes_on is None


def ways_out(halts: Iterable[Halt], docket_id: str) -> tuple[WayOut, ...]:
    """What lifts these, each thing once, in their order."""
    return tuple(dict.fromkeys(halt.way_out(docket_id) for halt in halts))


def approving(docket_id: str) -> WayOut:
    """What lets exactly these releases go, as far as an approval can."""
    return WayOut.by_typing(to_approve(docket_id), after=" allows exactly these")


def by_approval(_halt: Halt, docket_id: str) -> WayOut:
    return approving(docket_id)


def when_they_are_back(_halt: Halt, _docket_id: str) -> WayOut:
    return WayOut.by_typing(
        to_accept_the_baseline(), before="ends when the accounts are back; if they are gone for good: "
    )


@dataclass(frozen=True, kw_only=True)
class Halts:
    """Every brake that is on. Approved lease periods pass those that an approval lifts.

    Which of them cover a project is asked for each release, so it is found out once.
    """

    halts: tuple[Halt, ...] = ()
    approved: frozenset[LeasePeriod] = frozenset()

    @property
    def of_the_clock(self) -> bool:
        """Whether it is not known what time it is: nothing is announced, and no receipt is dated."""
        return any(halt.brake.of_the_clock for halt in self.halts)

    @property
    def of_the_lists(self) -> tuple[Halt, ...]:
        """Those that do not believe the lists of accounts."""
        return tuple(halt for halt in self.halts if halt.brake.doubts_the_lists)

    def on(self, period: LeasePeriod, project: ProjectId) -> tuple[Halt, ...]:
        """The halts that stop one release; empty: it may go."""
        covering = self._covering.get(project, self._covering[None])
        return tuple(halt for halt in covering if self.stops(halt, period))

    @cached_property
    def _covering(self) -> Mapping[ProjectId | None, tuple[Halt, ...]]:
        """Those of each project that any is of, in their order; under None those of all projects."""
        return {
            project: tuple(halt for halt in self.halts if halt.project in (None, project))
            for project in (None, *dict.fromkeys(halt.project for halt in self.halts))
        }

    def stops(self, halt: Halt, period: LeasePeriod) -> bool:
        """Whether a halt that covers this release stops it: no approval lets it pass."""
        return not (halt.brake.approvable and period in self.approved)

    def lasting(self, *, until: datetime) -> "Halts":
        """Those that time alone does not lift until then."""
        halts = tuple(halt for halt in self.halts if halt.lifts_at is None or halt.lifts_at > until)
        return Halts(halts=halts, approved=self.approved)

    def stopping(self, entries: Iterable[Entry]) -> tuple[Halt, ...]:
        """The halts that stop any of these entries, in their order."""
        wanted = list(entries)
        by_project: dict[ProjectId, list[Entry]] = {}
        for entry in wanted:
            by_project.setdefault(entry.project, []).append(entry)
        return tuple(
            halt
            for halt in self.halts
            if any(
                self.stops(halt, entry.period)
                for entry in (wanted if halt.project is None else by_project.get(halt.project, ()))
            )
        )
