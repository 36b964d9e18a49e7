"""Pauses that are known beforehand: of the configuration, once or every week, and what people said."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, cached_property, lru_cache
from typing import Final

from watcher.facts.accounts import ProjectId
from watcher.record.overrides import Override
from watcher.texts.hours import Hours, hours_begin, hours_end

FOREVER: Final = datetime.max.replace(tzinfo=UTC)
"""When a pause ends that nothing but `resume` ends."""

_MOST_JOINED = 100
"""After so many pauses that follow each other it is not asked on when they end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedPause:
    """From `begins` until `ends`, or in `weekly` hours by the clock in `zone`; no `projects`: all of them.

    It begins at its first instant, and has ended at the last. `ends` None, where it begins: not before
    `resume`. `by`: whose word it is, that `resume` takes back; None: it stands in the configuration.
    """

    why: str
    projects: tuple[ProjectId, ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None
    weekly: tuple[Hours, ...] = ()
    zone: tzinfo = UTC
    by: str | None = None

    def covers(self, project: ProjectId | None) -> bool:
        """`project` None: all of them."""
        return not self.projects or project in self.projects

    def until(self, at: datetime) -> datetime | None:
        """When it ends that is on then; None where it is not on."""
        if self.weekly:
            return hours_end(self.weekly, at, self.zone)
        ends = self.ends or FOREVER
        return ends if self.begins is not None and self.begins <= at < ends else None

    def next_begin(self, at: datetime) -> datetime | None:
        """When it begins next; None where it is on, or does not begin any more."""
        if self.weekly:
            return hours_begin(self.weekly, at, self.zone)
        return self.begins if self.begins is not None and self.begins > at else None

    def later_spans(self, at: datetime, before: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From when until when it will be on, each time that it is not yet and begins before then."""
        at = self.until(at) or at
        while (begins := self.next_begin(at)) is not None and begins < before:
            ends = self.until(begins)
            if ends is None:
                return
            yield begins, ends
            at = ends


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseInForce:
    """A planned pause that is on, of one project or (None) of all. `until`: when none that follows it at
    once is on any more, None: not before `resume`; `begins`: when it began, or will have. `by`: whose word
    it is; None: it stands in the configuration.
    """

    project: ProjectId | None
    why: str
    until: datetime | None
    begins: datetime | None = field(default=None, compare=False)
    by: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlannedPauses:
    """All of them, asked as questions: of many moments, so which cover a project is found out once.

    planned.on(now)                    # what brakes see: now, or at the moment at which a window will open
    """

    pauses: tuple[PlannedPause, ...] = ()

    def with_more(self, pauses: tuple[PlannedPause, ...]) -> "PlannedPauses":
        return PlannedPauses(pauses=(*self.pauses, *pauses)) if pauses else self

    def with_said(self, words: Iterable[Override]) -> "PlannedPauses":
        """With the pauses that people said and that are to come, `Overrides.pauses_to_come`."""
        return self.with_more(said_to_come(words))

    def on(self, at: datetime, *, within: timedelta = timedelta()) -> tuple[PauseInForce, ...]:
        """Those that are on then, or begin `within` so long."""
        until = cache(PlannedPause.until)
        found = []
        for one in self.pauses:
            ends = until(one, at) or _until_once_begun(one, at, within)
            if ends is None:
                continue
            for project in one.projects or (None,):
                last = _last_end(self._covering[project], ends, until)
                until_when = None if last == FOREVER else last
                begins = _began(one, ends)
                found.append(
                    PauseInForce(project=project, why=one.why, until=until_when, begins=begins, by=one.by)
                )
        return tuple(found)

    def next_begin(self, project: ProjectId, at: datetime) -> datetime | None:
        """When the next of them begins that is not on then; None where none does."""
        begins = (one.next_begin(at) for one in self._covering.get(project, self._covering[None]))
        return min((begin for begin in begins if begin is not None), default=None)

    @cached_property
    def _covering(self) -> Mapping[ProjectId | None, Sequence[PlannedPause]]:
        """Those that cover each project that any names; under None those of all of them."""
        named = {project for one in self.pauses for project in one.projects}
        found: dict[ProjectId | None, list[PlannedPause]] = {project: [] for project in (None, *named)}
        for one in self.pauses:
            for project in one.projects or found:
                found[project].append(one)
        return found


def said_to_come(words: Iterable[Override]) -> tuple[PlannedPause, ...]:
    """Pauses that people said and that are not on yet, as they are known beforehand."""
    return tuple(
        PlannedPause(
            why=word.why,
            projects=() if word.project is None else (word.project,),
            begins=word.begins,
            ends=word.until,
            by=word.by,
        )
        for word in words
    )


@lru_cache(maxsize=256)
def _began(pause: PlannedPause, ends: datetime) -> datetime | None:
    """When it begins that ends then."""
    if not pause.weekly:
        return pause.begins
    at = ends - timedelta(days=8)
    at, began = hours_end(pause.weekly, at, pause.zone) or at, None
    while (next_ := hours_begin(pause.weekly, at, pause.zone)) is not None and next_ < ends:
        began = next_
        at = hours_end(pause.weekly, began, pause.zone) or ends
    return began


def _last_end(
    pauses: Sequence[PlannedPause], end: datetime, until: Callable[[PlannedPause, datetime], datetime | None]
) -> datetime:
    """When, from the end of a pause, none is on any more: one may begin as, or before, another ends."""
    for _ in range(_MOST_JOINED):
        if end == FOREVER:
            break
        later = max((ends for one in pauses if (ends := until(one, end)) is not None), default=None)
        if later is None:
            break
        end = later
    return end


def _until_once_begun(one: PlannedPause, at: datetime, within: timedelta) -> datetime | None:
    begins = one.next_begin(at) if within else None
    return None if begins is None or begins > at + within else one.until(begins)
