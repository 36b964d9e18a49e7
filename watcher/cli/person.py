"""What people's words have in common: the ledger they go to, who says them, and until when they hold."""

import getpass
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo

from watcher.cli.accounts import fits, the_one
from watcher.cli.configured import for_the_ledger
from watcher.cli.process import Process, Stop
from watcher.facts.accounts import Account, ProjectId
from watcher.memory.writes import Said
from watcher.ports.ledger import LedgerWords
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override
from watcher.settings.hidden import hidden_in_words
from watcher.settings.load import Good
from watcher.settings.model import Settings
from watcher.settings.notation import instant_of
from watcher.settings.read.secrets import keys_around
from watcher.texts.plain import plain
from watcher.texts.striking import LONG, Strikeout
from watcher.texts.times import clock_time, distance, zone
from watcher.wiring.ledger import open_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """One person's command to one ledger, at one instant."""

    ledger: LedgerWords
    settings: Settings
    process: Process
    now: datetime
    by: str
    why: str
    place: str

    @property
    def timezone(self) -> tzinfo:
        return zone(self.settings.timezone)

    def account(self, reference: str) -> Account:
        """The account meant. Raises `Stop` where this ledger never saw it, or it fits several."""
        nobody = (
            f"The ledger {self.place} never saw {reference}, so nothing was said.\n"
            "Is it the ledger that the watcher writes? It learns of accounts with each turn."
        )
        found = the_one(reference, (known.account for known in self.ledger.find(reference)), nobody=nobody)
        if not fits(reference, found):
            self.process.err.write(f"{plain(reference)} is now called @{plain(found.handle)}.\n")
        return found

    def project(self, name: str | None) -> ProjectId | None:
        """A configured project by name or id, or one that the ledger has seen. None: the fleet."""
        if name is None:
            return None
        for key, project in self.settings.projects.items():
            if name in (key, project.id):
                return ProjectId(project.id)
        if self.ledger.project(ProjectId(name)).read_at is not None:
            return ProjectId(name)
        known = ", ".join(self.settings.projects) or "none is configured"
        raise Stop(Exit.USAGE, f"--project {name}: there is no such project; known: {known}")

    def until(self, text: str) -> datetime | None:
        """The end of what is said; None is for ever. Raises `Stop`."""
        try:
            end = instant_of(text)
        except ValueError as error:
            raise Stop(Exit.USAGE, f"--until {text}: {error}") from None
        if end is not None and end <= self.now:
            raise Stop(Exit.USAGE, f"--until {text}: has passed")
        return end

    def say(self, override: Override, done: str) -> None:
        """Append it, then tell what was done, where, and how alive that ledger is."""
        last = self.ledger.fleet(self.now).last_turn
        self.ledger.apply((Said(override=override),))
        turn = (
            "no turn yet: does the watcher use this ledger?"
            if last is None
            else f"last turn {distance(last.started_at, self.now)}"
        )
        self.process.out.write(f"{done}\nLedger {self.place}, {turn}\n")

    def ends(self, until: datetime | None) -> str:
        """`until Thu 20 May 16:12 UTC (in 2 d 4 h)`, or `for ever`."""
        if until is None:
            return "for ever"
        return f"until {clock_time(until, self.timezone, now=self.now)} ({distance(until, self.now)})"


@contextmanager
def speaking(options: Namespace, process: Process) -> Iterator[Person]:
    """Ready to say something. Raises `Stop`, `LedgerUnusable`, `LedgerUnavailable`."""
    good = for_the_ledger(options, process)
    settings = good.settings
    by, why = who_and_why(options, process, good)
    with open_words(settings) as ledger:
        yield Person(
            ledger=ledger,
            settings=settings,
            process=process,
            now=process.clock.now(),
            by=by,
            why=why,
            place=plain(str(settings.store.place)),
        )


def who_and_why(options: Namespace, process: Process, good: Good) -> tuple[str, str]:
    """Raises `Stop`, also where either holds a secret that can be known here: it would be kept, and sent."""
    why = options.reason.strip()
    if not why:
        raise Stop(Exit.USAGE, "--reason is empty: say why, for those who read it later")
    keys = keys_around(process.environ, good.settings.api.key_file, good.path.parent)
    for hidden, what in (
        (Strikeout(keys, shortest=LONG), "the API key"),
        (hidden_in_words(good.settings, ()), "a secret of the configuration"),
    ):
        for option, text in (("--reason", why), ("--by", options.by or "")):
            if hidden.holds(text):
                raise Stop(Exit.USAGE, f"{option} holds {what}: nothing was recorded; say it without")
    return options.by or _login(process), why


def _login(process: Process) -> str:
    """Who is behind sudo, else who is logged in."""
    for variable in ("SUDO_USER", "LOGNAME", "USER"):
        if name := process.environ.get(variable):
            return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise Stop(Exit.USAGE, "this machine knows no name for you: say who with --by") from None
