"""A partner's own words: tried out when the configuration is read, and never a reason to say nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from watcher.adapters.channels.view import view_of
from watcher.adapters.logs import logger
from watcher.messages.events import EventKind
from watcher.ports.notifier import Digest
from watcher.texts.plain import at_handle, plain

LONGEST: Final = 20_000
"""Characters that the source of a template may have."""
_FILENAME: Final = "<template>"
"""How Jinja names a template that came from no file, in tracebacks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """Made by `template_of`. `whole`: its text must name every account whose release is announced.

    Acceptance of a message is the receipt that a release was announced, so a text may not leave it out.
    """

    whole: bool
    _compiled: Any = field(repr=False)

    def render(self, digest: Digest) -> str:
        """The digest in these words. Raises ValueError, which says where and why it cannot be done."""
        # Jinja takes a tenth of a second to import: only who has a template pays for it.
        from watcher.adapters.channels.templates.jinja import BUDGET, LARGEST, StepBudget

        pieces: list[str] = []
        size = 0
        try:
            for piece in self._compiled.generate({**view_of(digest).values(), BUDGET: StepBudget()}):
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST:
                    raise ValueError(f"it writes more than {LARGEST:,} characters")
        except Exception as error:
            # Whatever a template does wrong, in Jinja's words or Python's.
            raise ValueError(_said(error)) from None
        text = "".join(pieces)
        if self.whole:
            _require_announced(digest, text)
        return text


def template_of(source: str, *, whole: bool = True) -> Template:
    """The template of a text, tried on a sample of everything that can be told.

    Raises ValueError with the line and the unknown name, and the known one that is most like it.
    """
    from watcher.adapters.channels.templates.jinja import TemplateEnvironment
    from watcher.adapters.channels.templates.samples import samples

    if len(source) > LONGEST:
        raise ValueError(f"a template has at most {LONGEST:,} characters")
    digests = samples()
    try:
        compiled = TemplateEnvironment().compiled(source, view_of(digests[0]).values())
    except Exception as error:
        raise ValueError(_said(error)) from None
    template = Template(whole=whole, _compiled=compiled)
    for digest in digests:
        template.render(digest)
    return template


def template_in(file: Path) -> Template:
    """The template of a text in a file. Raises ValueError if it cannot be read, or as `template_of`."""
    try:
        with file.open(encoding="utf-8") as opened:
            source = opened.read(LONGEST + 1)
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8") from None
    except OSError as error:
        raise ValueError(f"the file cannot be read: {(error.strerror or 'unknown').lower()}") from None
    return template_of(source)


def words(template: Template | None, digest: Digest, built_in: Callable[[Digest], str]) -> str:
    """The digest in a template's words; the built-in ones where there is no template, or it fails."""
    if template is None:
        return built_in(digest)
    try:
        return template.render(digest)
    except ValueError as error:
        logger("watcher.notifiers").warning("template.failed", why=str(error), digest=digest.id)
        return built_in(digest)


def _require_announced(digest: Digest, text: str) -> None:
    for event in digest.events:
        if event.kind is not EventKind.RELEASE_ANNOUNCED:
            continue
        handles = () if event.handle is None else (at_handle(event.handle), plain(event.handle))
        names = [name for name in (*handles, plain(event.account or "")) if name]
        if names and not any(name in text for name in names):
            raise ValueError(
                "it does not name every account whose release is announced: print `event.handle` of every "
                "event with the kind `release.announced`"
            )


def _said(error: Exception) -> str:
    """An error with its line in the template, if it has one."""
    line = getattr(error, "lineno", None) or _line(error.__traceback__)
    text = plain(getattr(error, "message", None) or str(error) or type(error).__name__)
    return text if line is None or text.startswith("line ") else f"line {line}: {text}"


def _line(trace: TracebackType | None) -> int | None:
    line = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _FILENAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
