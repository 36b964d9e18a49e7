"""One history: a world, a watcher over it, and what happens to both in 45 days, written down as it goes."""

import json
import random
import re
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP as POLICY
from io import StringIO
from pathlib import Path
from typing import Any

from tests.adapters.channels.post_office import Office, post_office
from tests.fakes.passing import PassingClock
from tests.histories.population import DAYS, START, D, Population, populate
from tests.histories.receivers import Receivers, receiving
from tests.histories.surfaces import DEFAULT_KEY, Post, Process, Sandbox, faults, main, on_passing_time
from tests.histories.transcript import Transcript, event_lines, log_line

NAME = "lease-watcher.toml"
_LOOK = timedelta(minutes=90)


class Killed(BaseException):
    """The daemon's process ends at once."""


@dataclass(kw_only=True)
class Play:
    """What a history can do. Days count from its start: `at(12.5, …)` is at noon of the thirteenth.

    `configuration`: dotted TOML keys, as text; written whenever a turn begins or a reload is asked for.
    """

    draw: random.Random
    clock: PassingClock
    sandbox: Sandbox
    people: Population
    receivers: Receivers
    office: Office
    folder: Path
    transcript: Transcript
    configuration: dict[str, str]
    _err: StringIO = field(default_factory=StringIO)
    _calls: int = 0
    _mails: int = 0
    _posted: int = 0
    _said: set[str] = field(default_factory=set)
    _reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    # Setting the scene

    def configure(self, **changes: object) -> None:
        """Keys with `__` between levels, as in variables; None takes one away."""
        for key, value in changes.items():
            dotted = key.replace("__", ".")
            if value is None:
                self.configuration.pop(dotted, None)
            else:
                self.configuration[dotted] = _toml(value)
        self._write()

    def at(self, day: float, *do: Callable[[], object]) -> None:
        for each in do:
            self.clock.at(START + day * D, each)

    def faulty(self, begin: float, end: float | None, *some: Any) -> None:
        """These faults meet the calls from one day on, until another if one is given."""
        self.at(begin, lambda: self._happens(f"faults: {', '.join(map(_named, some))}"))
        self.at(begin, lambda: self.sandbox.add_fault(*some))
        if end is not None:
            self.at(end, lambda: self._happens("faults over"), self.sandbox.clear_faults)

    def away(self, begin: float, end: float, path: str, status: int = 503) -> None:
        """A receiver answers with an error for a while."""
        self.at(begin, lambda: self._happens(f"{path} answers {status}"))
        self.at(begin, lambda: self.receivers.answers.update({path: status}))
        self.at(end, lambda: self._happens(f"{path} is back"))
        self.at(end, lambda: self.receivers.answers.pop(path))

    def no_mail(self, begin: float, end: float, answer: str = "451 4.3.0 try again later") -> None:
        self.at(begin, lambda: self._happens(f"mail: {answer}"))
        self.at(begin, lambda: setattr(self.office, "sender", answer))
        self.at(end, lambda: self._happens("mail is back"), lambda: setattr(self.office, "sender", "250 OK"))

    def says(self, day: float, *words: str) -> None:
        """A person types a command."""
        self.at(day, lambda: self.command(*words))

    def changes(self, day: float, account: str, **facts: Any) -> None:
        def change() -> None:
            self._happens(f"{account}: {', '.join(f'{name} = {value}' for name, value in facts.items())}")
            self.sandbox.edit(lambda world: world.with_changed_account(account, **facts))

        self.at(day, change)

    def reconfigures(self, day: float, **changes: object) -> None:
        """The file changes; a daemon that runs is told so."""
        self.at(day, lambda: self._happens(f"configuration: {changes}"))
        self.at(day, lambda: self.configure(**changes), self._hangup)

    def sets_clock(self, day: float, by: timedelta) -> None:
        self.at(day, lambda: self._happens(f"the clock is set by {by}"), lambda: self.clock.set_by(by))

    def last_docket(self) -> str | None:
        """The short id that was told with the last halt to come."""
        for _, status, body in reversed(self.receivers.got):
            found = (
                re.search(r"lease-watcher approve ([0-9a-f]+)", json.dumps(body)) if status < 300 else None
            )
            if found:
                return found[1]
        return None

    def with_habit(self, habit: str) -> list[str]:
        """Ids of the accounts, soonest renewal first."""
        found = [one for one in self.people.fleet.accounts if self.people.habits[one.id] == habit]
        return [one.id for one in sorted(found, key=lambda one: one.next_renewal_at)]

    # Running it

    def cron(self, begin: float, end: float, *, every: float = 24, words: tuple[str, ...] = ()) -> None:
        """`run --once` every so many hours."""
        moment, last = START + begin * D, START + end * D
        while moment < last:
            self.clock.go_to(moment)
            self.command("run", "--once", *words)
            moment += timedelta(hours=every)
        self.clock.go_to(last)

    def daemon(self, begin: float, end: float, *, killed: bool = False) -> None:
        """`run`, until it is told to stop, or until it is killed."""
        self.clock.go_to(START + begin * D)
        self.transcript.heading(self.clock.true(), "the daemon starts")

        def kill() -> None:
            raise Killed

        self.clock.at(START + end * D, kill if killed else _stop)
        self.clock.before_each_look = self.note
        code: int | str
        try:
            code = main(["run"], self._surroundings(StringIO()))
        except Killed:
            code = "killed"
        self.clock.before_each_look = lambda: None
        self.note()
        self.transcript.heading(self.clock.true(), f"the daemon has ended: {code}")

    def command(self, *words: str) -> int:
        out = StringIO()
        self.note()
        self.transcript.heading(self.clock.true(), f"lease-watcher {' '.join(words)}")
        code: int | str | None
        try:
            code = main(words, self._surroundings(out))
        except SystemExit as left:
            code = left.code
        self.transcript.block("|", out.getvalue())
        self.note()
        self.transcript.lines.append(f"  exit {code}")
        return int(code or 0)

    # Writing it down

    def note(self) -> None:
        """What came of everything since the last look."""
        found = Transcript(places=self.transcript.places, turns=self.transcript.turns)
        self._said.clear()
        self._note_log(found)
        self._note_deletes(found)
        self._note_posts(found)
        self._note_mails(found)
        self._note_reasons(found)
        if found.lines:
            if not self.transcript.lines[-1].startswith("==") and not self.transcript.lines[-1].startswith(
                "  |"
            ):
                self.transcript.heading(self.clock.true(), "")
            self.transcript.lines += found.lines

    def _happens(self, what: str) -> None:
        self.note()
        self.transcript.heading(self.clock.true(), f"[{what}]")

    def _note_log(self, found: Transcript) -> None:
        for line in self._err.getvalue().splitlines():
            logged = log_line(line)
            found.block("log" if logged else "err", logged or line)
        self._err.seek(0)
        self._err.truncate()

    def _note_deletes(self, found: Transcript) -> None:
        entries = self.sandbox.log.entries
        for one in entries[self._calls :]:
            if one.method == "DELETE":
                ended = "no answer" if one.status is None else one.status
                what = f"{one.path}: {ended}{', applied' if one.applied else ''} {' '.join(one.faults)}"
                found.block("DELETE", f"{what.strip()} — {one.reason}")
        self._calls = len(entries)

    def _note_posts(self, found: Transcript) -> None:
        fresh = sorted(self.receivers.got[self._posted :], key=lambda one: one[0])
        self._posted += len(fresh)
        for path, status, body in fresh:
            if status >= 300:
                found.block("POST", f"{path}: {status}")
                continue
            found.block("POST", f"{path}: {body['totals']} live={body['live']} {body['id']}")
            self._note_text(found, body["text"])
            for event in body["events"]:
                for line in event_lines(event):
                    found.block("  ", line)

    def _note_mails(self, found: Transcript) -> None:
        fresh = self.office.envelopes[self._mails :]
        self._mails += len(fresh)
        for envelope in fresh:
            mail = message_from_bytes(envelope.content or b"", policy=POLICY)
            body = mail.get_body(("plain",))
            found.block("MAIL", f"to {', '.join(envelope.rcpt_tos)}: {mail['Subject']}")
            self._note_text(found, body.get_content() if body else "")

    def _note_text(self, found: Transcript, text: str) -> None:
        """Once where several were told the same."""
        plain = text.strip().replace("\r\n", "\n")
        found.block("   ┆", "(the same)" if plain in self._said else plain)
        self._said.add(plain)

    def _note_reasons(self, found: Transcript) -> None:
        """What the ledger holds of each account, where it is another than before."""
        for file in self.ledgers:
            self._note_reasons_in(file, found)

    def _note_reasons_in(self, file: Path, found: Transcript) -> None:
        with sqlite3.connect(file) as ledger, suppress(sqlite3.OperationalError):
            for account, project, usage, reason, gone in ledger.execute(
                "select account, project, usage, reason, gone_at is not null from accounts order by 1, 2"
            ):
                now = f"{usage}, {reason}{', gone' if gone else ''}"
                if self._reasons.get((account, project)) != now:
                    found.block("·", f"{account} in {project}: {now}")
                    self._reasons[account, project] = now
        ledger.close()

    @property
    def ledgers(self) -> list[Path]:
        return sorted(self.folder.glob("*.db"))

    def _surroundings(self, out: StringIO) -> Process:
        environ = {"LAYERS_API_KEY": DEFAULT_KEY.secret, "HOME": str(self.folder), "USER": "maria"}
        return Process(environ=environ, cwd=self.folder, clock=self.clock, out=out, err=self._err)

    def _hangup(self) -> None:
        if signal.getsignal(signal.SIGHUP) not in (signal.SIG_DFL, signal.SIG_IGN, None):
            signal.raise_signal(signal.SIGHUP)

    def _write(self) -> None:
        lines = [f"{key} = {value}" for key, value in self.configuration.items()]
        (self.folder / NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _publish(self, post: Post) -> None:
        """Nobody posts on an account that was given back."""
        held = self.sandbox.world.accounts.get(post.account)
        if held is not None and held.status == "assigned":
            self.sandbox.edit(lambda world: world.with_posts([replace(post, project=held.project)]))


@contextmanager
def playing(folder: Path, seed: int, *, accounts: int, projects: int) -> Iterator[Play]:
    draw = random.Random(seed)
    clock = PassingClock(START, look=_LOOK)
    people = populate(draw, accounts=accounts, projects=projects)
    sandbox = Sandbox(fleet=people.fleet, clock=clock.true, seed=seed, limits=False)
    with on_passing_time(clock), post_office() as office, receiving() as receivers, sandbox.serve() as served:
        places = {
            served.url: "http://layers",
            receivers.url: "http://receivers",
            served.url.removeprefix("http://"): "layers",
            receivers.url.removeprefix("http://"): "receivers",
            f"127.0.0.1:{office.port}": "mail",
            str(folder): "…",
        }
        play = Play(
            draw=draw,
            clock=clock,
            sandbox=sandbox,
            people=people,
            receivers=receivers,
            office=office,
            folder=folder,
            transcript=Transcript(places=places),
            configuration=_configuration(people, served.url, receivers.url, office.port),
        )
        for post in people.to_come:
            assert post.published_at is not None
            clock.at(post.published_at, lambda post=post: play._publish(post))  # type: ignore[misc]
        play._write()
        yield play
        play.note()
        _note_end(play)


def _note_end(play: Play) -> None:
    world, lines = play.sandbox.world, play.transcript.lines
    lines += ["", "== the provider's books"]
    lines.append(f"  DELETEs received: {play.sandbox.log.deletes_received}")
    lines += [f"  given back {one.account} at {one.at.isoformat()}" for one in world.releases]
    lines += [f"  debited {one.account} at {one.at.isoformat()}: {one.cents}" for one in world.debits]
    for file in play.ledgers:
        play.transcript.ledger(file)


def _configuration(people: Population, api: str, told: str, mail: int) -> dict[str, str]:
    base: dict[str, object] = {
        "mode": "enforce",
        "timezone": "Europe/Berlin",
        "api.base_url": api,
        "api.tier": "partner",
        "api.threads": 1,
        "schedule.poll": "12h",
        "store.url": "sqlite:///watcher.db",
        "brakes.max_share": 0.6,
        "brakes.max_project_share": 0.9,
        "policies.standard.release.when": "idle",
        "policies.standard.release.lead": "26h",
        "notifiers.ops.kind": "webhook",
        "notifiers.ops.url": f"{told}/ops",
        "notifiers.ops.allow_private": True,
        "notifiers.team.kind": "email",
        "notifiers.team.host": "127.0.0.1",
        "notifiers.team.port": mail,
        "notifiers.team.security": "none",
        "notifiers.team.sender": "watcher@example.com",
        "notifiers.team.to": ["team@example.com"],
        "notifiers.team.events": ["release.*", "problem.*"],
    }
    for project in people.fleet.projects:
        name = project.id.removeprefix("prj_")
        base |= {f"projects.{name}.id": project.id, f"projects.{name}.enrolled": True}
    return {key: _toml(value) for key, value in base.items()}


def _toml(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {_toml(held)}" for key, held in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            return json.dumps(value)


def _stop() -> None:
    """As the service manager does it: a thread takes the signal up, which is waited for."""
    signal.raise_signal(signal.SIGTERM)
    for each in threading.enumerate():
        if each.name == "signals":
            each.join(10)


def _named(fault: Any) -> str:
    facts = {
        name: value
        for name, value in vars(fault).items()
        if value not in (None, "", 0, 1.0, False) and not callable(value)
    }
    return f"{type(fault).__name__}({', '.join(f'{name}={value!r}' for name, value in facts.items())})"


__all__ = ["DAYS", "Killed", "Play", "faults", "playing"]
