"""A person at a terminal: commands run in this process, against a served sandbox, on one clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

from tests.fakes.clock import FakeClock
from watcher.cli.demo import NAME, configuration
from watcher.cli.main import main
from watcher.cli.process import Process
from watcher.sandbox import DEFAULT_KEY, Fleet, Sandbox, fleets

NOW = datetime.fromisoformat("2026-05-18T12:00:00+00:00")
H = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """What stands on stderr, wherever its lines break."""
        return " ".join(self.err.split())


class Terminal(StringIO):
    """Where a person sits."""

    def isatty(self) -> bool:
        return True


@dataclass(kw_only=True)
class Desk:
    """`run` is what the person types; `environ` what the shell adds to it."""

    folder: Path
    sandbox: Sandbox
    clock: FakeClock
    url: str
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, typed: str | None = None, wide: int | None = None, **environ: str) -> Said:
        """`typed`: what is answered at a terminal, None: there is none; `wide`: of one that is read at."""
        at_a_terminal = typed is not None or wide is not None
        out, err = Terminal() if wide else StringIO(), Terminal() if at_a_terminal else StringIO()
        if wide is not None:
            environ = {"COLUMNS": str(wide), "NO_COLOR": "1", **environ}
        process = Process(
            environ={**self.environ, **environ},
            cwd=self.folder,
            clock=self.clock,
            out=out,
            err=err,
            stdin=Terminal(typed or "") if at_a_terminal else StringIO(),
        )
        code = main(words, process)
        return Said(code=code, out=out.getvalue(), err=err.getvalue())

    def configure(self, text: str) -> None:
        (self.folder / NAME).write_text(text, encoding="utf-8")

    def reconfigure(self, old: str, new: str) -> None:
        text = (self.folder / NAME).read_text(encoding="utf-8")
        assert old in text
        self.configure(text.replace(old, new))

    @property
    def ledger(self) -> Path:
        return self.folder / "watcher.db"

    @property
    def deletes(self) -> int:
        """DELETE requests that arrived, counted at the transport."""
        return self.sandbox.log.deletes_received

    def pass_time(self, time: timedelta) -> None:
        self.clock.advance(time)


@contextmanager
def desk(folder: Path, fleet: Fleet | None = None) -> Iterator[Desk]:
    """The demo's configuration over its fleet, or another fleet in the same projects."""
    clock = FakeClock(NOW)
    sandbox = Sandbox(fleet=fleet or fleets.mixed(NOW), clock=clock.now)
    with sandbox.serve() as serving:
        one = Desk(folder=folder, sandbox=sandbox, clock=clock, url=serving.url)
        one.environ = {"LAYERS_API_KEY": DEFAULT_KEY.secret, "HOME": str(folder), "USER": "maria"}
        one.configure(configuration(serving.url))
        yield one


def with_handle(fleet: Fleet, account: str, handle: str) -> Fleet:
    """The fleet with one account called otherwise."""
    return replace(
        fleet,
        accounts=[replace(one, handle=handle) if one.id == account else one for one in fleet.accounts],
    )
