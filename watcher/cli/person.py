"""What people's words have in common: the ledger they go to, who says them, and until when they hold."""

import getpass
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo

from watcher.cli.accounts import (
    Chosen,
    chosen_by,
    fits,
    require_a_choice,
    the_one,
    with_id,
)
from watcher.cli.alike import account_meant, instead
from watcher.cli.configured import for_the_ledger
from watcher.cli.ledger_view import in_the_mode_of_the_last_turn
from watcher.cli.process import Process, Stop
from watcher.cli.render.holds import chosen_rows
from watcher.cli.render.sheet import line, printed
from watcher.facts.accounts import Account, ProjectId
from watcher.facts.handles import name_of
from watcher.memory.writes import Said
from watcher.messages.fates import fate_in_words
from watcher.ports.ledger import LedgerWords
from watcher.record.exit_codes import Exit
from watcher.record.fates import LEASED, Fates, is_released
from watcher.record.overrides import Override
from watcher.settings.hidden import hidden_in_words
from watcher.settings.load import Good
from watcher.settings.model import Settings
from watcher.settings.notation import as_typed, beginning_of, later_of
from watcher.settings.read.secrets import keys_around
from watcher.texts.plain import plain
from watcher.texts.spans import counted
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
        known = [one.account for one in self.ledger.find(reference)]
        nobody = "" if known else self._nobody(reference)
        found = the_one(reference, known, nobody=nobody)
        if not fits(reference, found):
            self.process.remark(f"{plain(reference)} is now called {name_of(found.handle, found.id)}.")
        return found

    def accounts(self, options: Namespace) -> Chosen:
        """Those named, or those that fit a pattern or a project. Raises `Stop`."""
        require_a_choice(options)
        if options.account:
            named = {one.id: one for one in map(self._named_or_fitting, options.account)}
            return Chosen(accounts=sorted(named.values(), key=lambda one: (one.renews_at, one.handle)))
        project = self.project(options.project)
        return chosen_by(self.ledger, options.handle or (), project, options.project or "")

    def show(self, chosen: Chosen) -> None:
        """Those that are meant and how many, where nobody named exactly one."""
        if not chosen.by and len(chosen.accounts) == 1:
            return
        count = counted(len(chosen.accounts), "account")
        fit = f" {'fits' if len(chosen.accounts) == 1 else 'fit'} {chosen.by}" if chosen.by else ""
        width = self.process.width
        rows = chosen_rows(
            chosen.accounts, self.settings.project_names, now=self.now, timezone=self.timezone, width=width
        )
        self.process.out.write(printed([line(f"{count}{fit}:"), *rows], width=width, color=False))

    def _named_or_fitting(self, reference: str) -> Account:
        """The account named. Raises `Stop`, of a pattern with how one is said."""
        if any(sign in reference for sign in "*?[") and not self.ledger.find(reference):
            raise Stop(
                Exit.USAGE,
                f"{plain(reference)} names no account, so nothing was said. "
                f"A pattern is said with --handle '{plain(reference)}'.",
            )
        return self.account(reference)

    def _nobody(self, reference: str) -> str:
        near = account_meant(reference, self.ledger)
        return (
            f"The ledger {self.place} never saw {plain(reference)}, so nothing was said.{near}\n"
            "Is it the ledger that the watcher writes? It learns of accounts with each turn."
        )

    def project(self, name: str | None) -> ProjectId | None:
        """A configured project by name or id, or one that the ledger has seen. None: the fleet."""
        if name is None:
            return None
        for key, project in self.settings.projects.items():
            if name in (key, project.id):
                return ProjectId(project.id)
        if self.ledger.project(ProjectId(name)).read_at is not None:
            return ProjectId(name)
        near = instead(name, self.settings.projects)
        raise Stop(Exit.USAGE, f"--project {plain(name)}: there is no such project; {near}")

    def until(self, text: str) -> datetime | None:
        """The end of what is said; None is for ever. Raises `Stop`."""
        try:
            end = later_of(text, self.now, self.timezone)
        except ValueError as error:
            raise Stop(Exit.USAGE, f"--until {plain(text)}: {as_typed(error)}") from None
        if end is not None and end <= self.now:
            raise Stop(Exit.USAGE, f"--until {plain(text)}: has passed")
        return end

    def beginning(self, text: str) -> datetime:
        """From when on it is to count, a moment to come. Raises `Stop`."""
        try:
            begins = beginning_of(text, self.now, self.timezone)
        except ValueError as error:
            raise Stop(Exit.USAGE, f"--from {plain(text)}: {as_typed(error)}") from None
        if begins <= self.now:
            raise Stop(Exit.USAGE, f"--from {plain(text)}: has passed; leave it out to begin now")
        return begins

    def after(self, words: Iterable[Override]) -> datetime:
        """Now; or when the last of these was said, where that clock is ahead of ours: what ends them, and
        nothing that is said meanwhile, comes after them.
        """
        return max((self.now, *(word.at for word in words)))

    def say(self, override: Override, done: str) -> None:
        """Append it, then tell what was done."""
        self.ledger.apply((Said(override=override),))
        self.tell(done)

    def say_of(self, account: Account, override: Override, done: str) -> None:
        """The same of an account. Raises `Stop` where we released it: then nothing is recorded."""
        became = self.became(account, self.append((override,)))
        self.tell(f"{done} It {became}." if became else done)

    def became(self, account: Account, fates: Fates) -> str:
        """In words. Raises `Stop` where we released it: that comes first, whatever is said."""
        became = fate_in_words(fates.get(account.id, LEASED), self.now, self.timezone)
        if is_released(fates, account.id):
            who = with_id(account)
            raise Stop(Exit.USAGE, f"{who} {became}. Nothing was recorded.")
        return became

    def append(self, words: Sequence[Override]) -> Fates:
        """Append those of accounts that we did not release, and answer what became of all of them.

        Asked in the transaction that writes: a release that begins later finds the words.
        """
        return self.ledger.say(
            [word.account for word in words if word.account is not None],
            lambda fates: [
                Said(override=word)
                for word in words
                if word.account is None or not is_released(fates, word.account)
            ],
        )

    def tell(self, done: str) -> None:
        """What was done, where, and how alive that ledger is."""
        last = self.ledger.fleet(self.now).last_turn
        if last is not None:
            turn = f"last turn {distance(last.started_at, self.now)}"
        elif self.ledger.turns(self.now, most=1):
            turn = "no turn has read the fleet yet: `lease-watcher status` says why"
        else:
            turn = "no turn yet: does the watcher use this ledger?"
        self.write((*done.splitlines(), f"Ledger {self.place}, {turn}"))

    def write(self, lines: Iterable[str]) -> None:
        self.process.say("\n".join(lines))

    def ends(self, until: datetime | None) -> str:
        """`until Thu 20 May 16:12 UTC (in 2 d 4 h)`, or `for ever`."""
        if until is None:
            return "for ever"
        return f"until {self.at(until)}"

    def at(self, moment: datetime) -> str:
        """`Thu 20 May 16:12 UTC (in 2 d 4 h)`."""
        return f"{clock_time(moment, self.timezone, now=self.now)} ({distance(moment, self.now)})"


@contextmanager
def speaking(options: Namespace, process: Process, good: Good | None = None) -> Iterator[Person]:
    """Ready to say something. Raises `Stop`, `LedgerUnusable`, `LedgerUnavailable`.

    `good`: the configuration, where it was read already: more than the ledger is needed.
    """
    good, broken = (good, False) if good else for_the_ledger(options, process)
    settings = good.settings
    by, why = who_and_why(options, process, good)
    with open_words(settings) as ledger:
        now = process.clock.now()
        yield Person(
            ledger=ledger,
            settings=in_the_mode_of_the_last_turn(settings, ledger, now) if broken else settings,
            process=process,
            now=now,
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
