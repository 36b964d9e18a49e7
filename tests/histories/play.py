"""One history: a world, a watcher over it, and what happens to both in 45 days, written down as it goes."""

import random
import re
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP as POLICY
from io import StringIO
from pathlib import Path

from tests.adapters.channels.post_office import post_office
from tests.fakes.passing import PassingClock
from tests.histories.happenings import Happenings, toml
from tests.histories.population import START, D, Population, populate
from tests.histories.receivers import receiving
from tests.histories.surfaces import (
    DEFAULT_KEY,
    Post,
    Process,
    Sandbox,
    main,
    on_passing_time,
)
from tests.histories.transcript import Transcript, event_lines, log_line, plain

_LOOK = timedelta(hours=4)


class Killed(BaseException):
    """The daemon's process ends at once."""


@dataclass(kw_only=True)
class Play(Happenings):
    """One history under way."""

    draw: random.Random
    _err: StringIO = field(default_factory=StringIO)
    _calls: int = 0
    _mails: int = 0
    _collected: int = 0
    _posted: int = 0
    _digests: set[str] = field(default_factory=set)
    _said: set[str] = field(default_factory=set)
    _reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    # Running it

    def cron(self, begin: float, end: float, *, every: float = 24, words: tuple[str, ...] = ()) -> None:
        """`run --once` every so many hours."""
        moment, last = START + begin * D, START + end * D
        while moment < last:
            self.clock.go_to(moment)
            self.turn(*words)
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
        collected = self._collected
        code: int | str
        try:
            code = main(["run"], self._process(StringIO()))
        except Killed:
            code = "killed"
        assert self._collected > collected, "what holds itself is looked for between turns"
        self.clock.before_each_look = lambda: None
        self.note()
        self.transcript.heading(self.clock.true(), f"the daemon has ended: {code}")

    def turn(self, *words: str) -> None:
        """`run --once`, with its summary for machines."""
        summary = self.folder / "turn.json"
        summary.unlink(missing_ok=True)
        self.command("run", "--once", "--summary-file", summary.name, *words)
        if summary.exists():
            self.transcript.block("turn", log_line(summary.read_text(encoding="utf-8"), event="ended") or "")

    def command(self, *words: str) -> int:
        out = StringIO()
        self.note()
        self.transcript.heading(self.clock.true(), f"lease-watcher {' '.join(words)}")
        code: int | str | None
        try:
            code = main(words, self._process(out))
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

    def _note_log(self, found: Transcript) -> None:
        for line in self._err.getvalue().splitlines():
            logged = log_line(line)
            # What is set under the name of a file is as far in as that is long.
            found.block("log" if logged else "err", logged or re.sub(r"^ {4,}", "    ", line))
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
            elif not (isinstance(body, dict) and body.get("schema") == "digest/1"):
                found.block("POST", f"{path}: {plain(body)}")
            else:
                again = " (again)" if body["id"] in self._digests else ""
                self._digests.add(body["id"])
                found.block("POST", f"{path}: {plain(body['totals'])} live={body['live']}{again}")
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
        said = text.strip().replace("\r\n", "\n")
        found.block("   ┆", "(the same)" if said in self._said else said)
        self._said.add(said)

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

    def _process(self, out: StringIO) -> Process:
        environ = {"LAYERS_API_KEY": DEFAULT_KEY.secret, "HOME": str(self.folder), "USER": "maria"}
        return Process(
            environ=environ, cwd=self.folder, clock=self.clock, out=out, err=self._err, collect=self._collect
        )

    def _collect(self) -> None:
        """Not here: these are thousands of turns in a minute, in a process that holds all the tests."""
        self._collected += 1

    def _publish(self, post: Post) -> None:
        """Nobody posts on an account that was given back."""
        held = self.sandbox.world.accounts.get(post.account)
        if held is not None and held.status == "assigned" and held.id not in self._silent:
            self.sandbox.edit(lambda world: world.with_posts([replace(post, project=held.project)]))


@contextmanager
def playing(folder: Path, seed: int, *, accounts: int, projects: int, mail: bool) -> Iterator[Play]:
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
            configuration=_configuration(people, served.url, receivers.url, office.port if mail else None),
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


def _configuration(people: Population, api: str, told: str, mail: int | None) -> dict[str, str]:
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
    }
    if mail is not None:
        base |= {
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
    return {key: toml(value) for key, value in base.items()}


def _stop() -> None:
    """As the service manager does it: a thread takes the signal up, which is waited for."""
    signal.raise_signal(signal.SIGTERM)
    for each in threading.enumerate():
        if each.name == "signals":
            each.join(10)
