"""The log: JSON lines, or lines for a person at a terminal. The only home of structlog.

structlog is slow to import, also without rich: it is imported by the first line that is written, and a run
that has nothing to say never pays for it.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TextIO

from watcher.adapters.lightly import import_without
from watcher.ports.clock import Clock
from watcher.texts.secret import Secret
from watcher.texts.striking import Strikeout

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger
    from structlog.typing import Processor

DEBUG: Final = logging.DEBUG
INFO: Final = logging.INFO
WARNING: Final = logging.WARNING
CRITICAL: Final = logging.CRITICAL

_TALKATIVE: Final = ("alembic", "apscheduler", "httpcore", "httpx", "sqlalchemy", "urllib3", "waitress")
"""Libraries that say at INFO or below what nobody asked for: httpx and urllib3 whole URLs, SQLAlchemy every
statement.
"""

_Fields = MutableMapping[str, Any]


def configure(
    *,
    clock: Clock,
    human: bool,
    color: bool = False,
    level: int = INFO,
    stream: TextIO,
    secrets: Iterable[Secret] = (),
) -> None:
    """Send everything logged, by us and by libraries, to `stream`; calling it again replaces that.

    `human`: lines for a terminal, with `color` if wanted; else one JSON object a line. Times are those of
    `clock`. No value of `secrets` is written, whatever field, message or traceback it turns up in.
    """
    handler = _Handler(stream)
    handler.setFormatter(_Formatter(clock=clock, human=human, color=color, secrets=secrets))
    root = logging.getLogger()
    others = [each for each in root.handlers if not isinstance(each, _Handler)]
    # In one step: what another thread says where there is no handler, Python writes to stderr as it is.
    root.handlers[:] = [handler, *others]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, WARNING))


def is_configured() -> bool:
    return any(isinstance(each, _Handler) for each in logging.getLogger().handlers)


def logger(name: str) -> "BoundLogger":
    """A logger whose lines are an event's name and fields: `logger("watcher.turn").info("begun", turn=…)`.

    Before `configure` warnings go to stderr as they are, and nothing ever to stdout: that is for machines.
    """
    _bring()
    import structlog

    bound: BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return bound


def _bring() -> None:
    """structlog, without rich: a traceback of its own kind would print the variables of every frame."""
    import_without("structlog", "rich")


_LINE_ANEW: Final = "\r\x1b[K"


@dataclass(slots=True)
class HeldBack:
    """Lines that wait to be written."""

    _records: list[logging.LogRecord] = field(default_factory=list)

    def leave_out(self, unwanted: Callable[[Mapping[str, Any]], bool]) -> None:
        """Those whose fields say so are never written."""
        self._records[:] = [one for one in self._records if not unwanted(_fields_of(one))]


def _fields_of(record: logging.LogRecord) -> Mapping[str, Any]:
    """None of a line that another library wrote."""
    return record.msg if isinstance(record.msg, dict) else {}


@contextmanager
def holding_back(name: str) -> Iterator[HeldBack]:
    """The lines of that logger are written when this ends, however it does."""
    held = HeldBack()
    handlers = [each for each in logging.getLogger().handlers if isinstance(each, _Handler)]
    for each in handlers:
        each.held[name] = held._records
    try:
        yield held
    finally:
        for each in handlers:
            for record in each.held.pop(name):
                each.handle(record)


class _Handler(logging.StreamHandler[TextIO]):
    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.held: dict[str, list[logging.LogRecord]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """What shows how far a turn has come may stand in the terminal's last line: it comes again."""
        if (held := self.held.get(record.name)) is not None:
            held.append(record)
            return
        with suppress(OSError, ValueError):
            if self.stream.isatty():
                self.stream.write(_LINE_ANEW)
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: a full disk must not stop a turn, and logging's own report is not redacted."""


class _Formatter(logging.Formatter):
    def __init__(self, *, clock: Clock, human: bool, color: bool, secrets: Iterable[Secret]) -> None:
        super().__init__()
        self._clock = clock
        self._human = human
        self._color = color
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        return self._chain.format(record)

    @cached_property
    def _chain(self) -> logging.Formatter:
        _bring()
        from structlog.dev import ConsoleRenderer, plain_traceback
        from structlog.processors import JSONRenderer, StackInfoRenderer, format_exc_info
        from structlog.stdlib import ProcessorFormatter, add_log_level

        ending: list[Processor] = (
            # A plain traceback: the default one prints the variables of every frame.
            [_escape, ConsoleRenderer(colors=self._color, exception_formatter=plain_traceback), _toned]
            if self._human
            else [JSONRenderer()]
        )
        return ProcessorFormatter(
            processors=[
                ProcessorFormatter.remove_processors_meta,
                add_log_level,
                self._stamp,
                StackInfoRenderer(),
                format_exc_info,
                redact(self._secrets),
                *ending,
            ]
        )

    def _stamp(self, _logger: Any, _method: str, fields: _Fields) -> _Fields:
        moment = self._clock.now().astimezone(UTC)
        fields["timestamp"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return fields


def redact(secrets: Iterable[Secret]) -> Callable[[Any, str, _Fields], _Fields]:
    """A processor that puts `***` wherever a secret occurs, in any of its forms, at any depth of any field.

    Defence in depth: what others send is rid of them where it comes in. What is neither text, number nor
    collection becomes its `repr`, so that nothing is rendered after the secrets were looked for.
    """
    hidden = Strikeout(secrets)

    def clean(value: Any) -> Any:
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return hidden.text(value)
            case dict():
                return {clean(str(name)): clean(each) for name, each in value.items()}
            case list() | tuple() | set() | frozenset():
                return [clean(each) for each in value]
            case _:
                return clean(repr(value))

    def processor(_logger: Any, _method: str, fields: _Fields) -> _Fields:
        return {name: clean(value) for name, value in fields.items()}

    return processor


_TONES: Final = {31: 196, 32: 28, 33: 130, 34: 32, 35: 163, 36: 30}
"""Of a terminal's own colours those that are read on white and on dark grey alike."""


def _toned(_logger: Any, _method: str, rendered: Any) -> str:
    """Nothing in a field is an escape sequence any more, so all of them are the renderer's."""
    text = str(rendered)
    for plain, tone in _TONES.items():
        text = text.replace(f"\x1b[{plain}m", f"\x1b[38;5;{tone}m")
    return text


_OF_MANY_LINES: Final = frozenset({"exception", "stack"})


def _escape(_logger: Any, _method: str, fields: _Fields) -> _Fields:
    """Nothing in a field moves a terminal's cursor, hides, or starts a line; JSON does that by itself."""
    return {
        name: "\n".join(map(_visible, value.split("\n"))) if name in _OF_MANY_LINES else _visible(value)
        for name, value in fields.items()
    }


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(
            sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in value
        )
    return value
