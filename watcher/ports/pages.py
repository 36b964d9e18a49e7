"""What a page shows, as values in words. Whoever writes it adds no sentence of its own, and escapes them all.

One value is written as HTML (`adapters/pages/`) and as Markdown; a report and the daemon's page are both one:

    page = report_page(report, …)
    file.write_text(write(page))
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from watcher.decide.timeline import Timeline
from watcher.decide.weeks_ahead import WeeksAhead
from watcher.rules.judge import Usage


class Tone(StrEnum):
    """How a text is to be looked at."""

    PLAIN = "plain"
    WASTE = "waste"
    """Money for what is unused."""
    SAVED = "saved"
    URGENT = "urgent"
    """A person is asked for something."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRow:
    """A sentence. What stands in it between backticks is to be typed. `level`: how far it is set in."""

    text: str
    level: int = 0
    label: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageBlock:
    """A heading and what belongs to it; one without a heading goes on where the page is."""

    title: str
    rows: tuple[PageRow, ...] = ()
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class PageGroup:
    """Blocks of one kind below a heading."""

    title: str
    blocks: tuple[PageBlock, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PageFigure:
    """One of the numbers that are read first. `note`: what it is of."""

    label: str
    value: str
    note: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class PageAccount:
    """One account in words, with the values that a table is sorted by. `trace`: all that `explain` says."""

    handle: str
    project: str
    platform: str
    usage: Usage
    use: str
    evidence: str
    renews_at: datetime
    renews: str
    away: str
    cents: int
    what: str
    tone: Tone = Tone.PLAIN
    trace: tuple[PageBlock, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WholePage:
    """One page, whole. `now`: as of when all of it is, `timezone`: in which its times are told.

    `decide`: what people must decide, before all else. `standing`: how a ledger says that things stand.
    `accounts` None: no turn decided about any. What is left out of a part, and which command shows it, stands
    in the `…_left_out` beside it; empty where nothing is.
    """

    title: str
    subtitle: str
    now: datetime
    timezone: tzinfo
    notices: tuple[str, ...] = ()
    figures: tuple[PageFigure, ...] = ()
    decide: tuple[PageGroup, ...] = ()
    standing: tuple[PageRow, ...] = ()
    timeline: Timeline | None = None
    timeline_left_out: str = ""
    weeks: WeeksAhead | None = None
    weeks_left_out: str = ""
    accounts: tuple[PageAccount, ...] | None = None
    accounts_left_out: str = ""
    changed: PageBlock | None = None
    notes: tuple[PageBlock, ...] = ()
    foot: tuple[str, ...] = ()


PageWriter = Callable[[WholePage], str]
