"""The notifier for whatever nobody has thought of: a command of your own, which reads the digest as JSON."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import MISSING, dataclass, field
from datetime import timedelta
from errno import EACCES, ELOOP, ENOENT, ENOEXEC, ENOTDIR, EPERM
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from signal import SIGKILL, Signals
from typing import TYPE_CHECKING, ClassVar, Final

from watcher.adapters.channels.digest_json import digest_json
from watcher.adapters.channels.options import NotifierOptions
from watcher.adapters.logs import INFO, WARNING, logger
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed, Rejected
from watcher.rules.option import option
from watcher.texts.plain import plain
from watcher.texts.secret import Secret
from watcher.texts.spans import span
from watcher.texts.striking import LONG, Strikeout

if TYPE_CHECKING:
    from subprocess import Popen

    from watcher.adapters.http.client import Http

_MOST: Final = 1_000
_HANDED: Final = ("PATH", "HOME", "LANG", "TZ")
_OURS: Final = ("LAYERS_API_KEY", "CREDENTIALS_DIRECTORY", "PGPASSWORD", "PGPASSFILE", "WATCHER_")
"""What holds the key, what leads to it or to the ledger, by how it begins."""

_AGAIN: Final = os.EX_TEMPFAIL
_NOTHING_RUN: Final = frozenset({126, 127})
"""How shells say that there was nothing to run, or that it may not be."""
_NOT_THERE: Final = frozenset({EACCES, ELOOP, ENOENT, ENOEXEC, ENOTDIR, EPERM})

_PIECE: Final = 65_536
_LOOK_EVERY: Final = 0.05
_DYING: Final = 1.0
_KEPT: Final = 65_536
_LOGGED: Final = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandOptions(NotifierOptions):
    """A command of your own, with the digest as JSON on its standard input; it never counts as a receipt."""

    kind: ClassVar[str] = "command"
    counts: ClassVar[bool] = False

    argv: tuple[str, ...] = option(
        MISSING, "The program, by its whole path or a name in `PATH`, and its arguments; no shell reads them."
    )
    environment: tuple[str, ...] = option(
        (), "Variables that it is handed beside `PATH`, `HOME`, `LANG` and `TZ`; none of the watcher's own."
    )
    timeout: timedelta = option(
        timedelta(seconds=30),
        "How long it may run; then it is killed, with its whole process group.",
        minimum=timedelta(seconds=1),
        maximum=timedelta(minutes=1),
    )

    def mistakes(self) -> Iterator[tuple[str, str]]:
        if not self.argv or not self.argv[0]:
            yield "argv", 'must begin with a program, as in argv = ["/usr/local/bin/tell", "ops"]'
        elif any("\0" in one for one in self.argv):
            yield "argv", "must not hold the sign NUL"
        elif why := _cannot_run(self.argv[0]):
            yield "argv", why
        for name in self.environment:
            if not name or "=" in name or "\0" in name:
                yield "environment", "must hold names of variables only: their values are the watcher's own"
            elif name.startswith(_OURS):
                yield "environment", f"must not hold {plain(name)}: it may lead to the API key or the ledger"

    def open(self, name: str, http: "Http", clock: Clock) -> "CommandNotifier":  # noqa: ARG002
        return CommandNotifier(
            name=name, argv=self.argv, environment=self.environment, timeout=self.timeout, clock=clock
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandNotifier:
    """Runs the command once for each digest, within `timeout`, in a process group of its own.

    It is handed no descriptor beside its three, and of our environment only what is named; whatever of its
    group is left when it ends is ended too. What it says goes to the log. Nobody is sure that a person
    sees what it did: it never counts.
    """

    counts: ClassVar[bool] = False
    most: ClassVar[int] = _MOST

    name: str
    argv: tuple[str, ...] = field(repr=False)
    environment: tuple[str, ...]
    timeout: timedelta
    clock: Clock

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        environ = {one: os.environ[one] for one in (*_HANDED, *self.environment) if one in os.environ}
        try:
            ended = _run(self.argv, environ, digest_json(digest), self.timeout.total_seconds(), self.clock)
        except OSError as error:
            why = f"{self.place} cannot be run: {plain((error.strerror or 'unknown').lower())}"
            if error.errno in _NOT_THERE:
                return Rejected(why=why, channel=True)
            return Postponed(why=why, certain=True)
        except UnicodeEncodeError:
            why = f"{self.place} cannot be run: this locale has no signs for its arguments"
            return Rejected(why=why, channel=True)
        delivery = self._meaning(ended.code)
        if said := ended.output.decode("utf-8", "replace").strip():
            handed = (environ[one] for one in self.environment if one in environ)
            links = (one.keep_url for one in digest.events if one.keep_url)
            hidden = Strikeout((Secret(one) for one in (*handed, *links)), shortest=LONG)
            level = INFO if isinstance(delivery, Accepted) else WARNING
            output = _last(hidden.text(said))
            logger("watcher.notifiers").log(level, "notifier.said", notifier=self.name, output=output)
        return delivery

    def _meaning(self, code: int | None) -> Delivery:
        """Its exit code is its word. What was killed had no say: it is tried again."""
        match code:
            case None:
                why = f"{self.place} did not end within {span(self.timeout)} and was killed"
                return Postponed(why=f"{why}: whether it told anybody is uncertain")
            case 0:
                return Accepted(detail=f"{self.place} ended with 0")
            case _ if code == _AGAIN:
                return Postponed(why=f"{self.place} ended with {code}: try again", certain=True)
            case _ if code < 0:
                return Postponed(why=f"{self.place} was killed by {_signal(-code)}")
            case _ if code in _NOTHING_RUN:
                why = f"{self.place} ended with {code}, as a shell does that cannot run what it should"
                return Rejected(why=why, channel=True)
            case _:
                return Rejected(why=f"{self.place} ended with {code}")

    @property
    def place(self) -> str:
        return plain(os.path.basename(self.argv[0]) or self.argv[0])


def _cannot_run(program: str) -> str:
    """Why, as far as can be seen from here: whoever checks may be another user."""
    from shutil import which

    shown = plain(program)
    if "/" not in program:
        path = os.environ.get("PATH", os.defpath)
        return "" if which(program, path=path) else f"no program {shown} is in PATH: write its whole path"
    if not program.startswith("/"):
        return f"{shown} is no whole path: begin it with /"
    if not os.path.exists(program):
        return f"there is no file {shown}"
    if not os.path.isfile(program):
        return f"{shown} is no file"
    return "" if os.access(program, os.X_OK) else f"{shown} must not be run by this user: chmod +x it"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ended:
    """`code` None: it did not end by itself; below 0: by that signal. `output` is the end of what it said."""

    code: int | None
    output: bytes


def _run(
    argv: tuple[str, ...], environ: dict[str, str], content: bytes, seconds: float, clock: Clock
) -> _Ended:
    from subprocess import PIPE, STDOUT, Popen

    until = clock.monotonic() + seconds
    process = Popen(
        argv,
        bufsize=0,
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
        cwd="/",
        env=environ,
        start_new_session=True,
    )
    try:
        with _Pipes(process, content) as pipes:
            # Not until the end of its output: a child of it may keep that open and live on.
            while (runs := _runs(process)) and (left := until - clock.monotonic()) > 0:
                pipes.move(min(left, _LOOK_EVERY))
            _end(process)
            pipes.drain()
            return _Ended(code=None if runs else process.returncode, output=bytes(pipes.output))
    finally:
        _end(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _runs(process: "Popen[bytes]") -> bool:
    """Looked at without reaping it: until then its number is that of its group, and of nobody else's.

    Raises ChildProcessError where somebody else has reaped it, and with it what it had to say.
    """
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _end(process: "Popen[bytes]") -> None:
    """Kill its whole group, and only then reap it: a number that is free may be another group's by now."""
    from subprocess import TimeoutExpired

    if process.returncode is not None:
        return
    with suppress(ChildProcessError, ProcessLookupError, PermissionError):
        _runs(process)
        os.killpg(process.pid, SIGKILL)
    with suppress(TimeoutExpired):
        process.wait(_DYING)


class _Pipes:
    """Writes what it is to read, reads what it says and keeps the end of that; waits for neither."""

    def __init__(self, process: "Popen[bytes]", content: bytes) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.output = bytearray()
        self._left = memoryview(content)
        self._in, self._out = process.stdin, process.stdout
        self._selector = DefaultSelector()
        for pipe, event in ((self._in, EVENT_WRITE), (self._out, EVENT_READ)):
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, event)

    def move(self, seconds: float) -> None:
        """What can be, within this time: all of it passes where both pipes are closed."""
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._in:
                self._write()
            elif not self._read():
                self._selector.unregister(self._out)

    def drain(self) -> None:
        """What is left there. Who left the process group may go on: no more than a pipe holds."""
        for _ in range(_KEPT // _PIECE + 1):
            if not self._read():
                return

    def _write(self) -> None:
        try:
            self._left = self._left[os.write(self._in.fileno(), self._left[:_PIECE]) :]
        except BlockingIOError:
            return
        except OSError:
            # It reads no more: whether it had enough is for its exit code to say.
            self._left = self._left[:0]
        if not self._left:
            self._selector.unregister(self._in)
            self._in.close()

    def _read(self) -> bool:
        """Whether more may come."""
        try:
            piece = os.read(self._out.fileno(), _PIECE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.output += piece
        del self.output[:-_KEPT]
        return bool(piece)

    def __enter__(self) -> "_Pipes":
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()


def _last(text: str) -> str:
    return text if len(text) <= _LOGGED else f"…{text[1 - _LOGGED :]}"


def _signal(number: int) -> str:
    try:
        return Signals(number).name
    except ValueError:
        return f"signal {number}"
