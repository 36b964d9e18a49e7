"""How pages look: templates of ours, no script, nothing fetched from anywhere. The home of Jinja for HTML."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from watcher.texts.money import dollars
from watcher.texts.sentences import begun, pieces, unbroken

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What is on one page. `longest`: how long a reason may be, where the button is shown.

    `done`: something has just been done, which screen readers are told at once.
    """

    title: str
    said: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    longest: int | None = None
    done: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """Writes sheets as HTML, every text escaped."""

    template: "Template"
    style: str

    def write(self, sheet: Sheet) -> str:
        return self.template.render(
            title=sheet.title,
            said=sheet.said,
            facts=sheet.facts,
            longest=sheet.longest,
            done=sheet.done,
            style=self.style,
        )

    @property
    def headers(self) -> dict[str, str]:
        """What the browser may do with it: show it, with this very style, and post its form back."""
        return headers_with(
            f"default-src 'none'; style-src {digest(self.style)}; form-action 'self'; base-uri 'none'"
        )


def digest(inline: str) -> str:
    """What a policy allows this very style or script by."""
    return f"'sha256-{b64encode(sha256(inline.encode()).digest()).decode('ascii')}'"


def headers_with(policy: str) -> dict[str, str]:
    """Of a page that is shown to one person, by that policy, and framed, kept and found by nobody."""
    return {
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-store",
    }


def open_paper() -> Paper:
    return Paper(template=page("keep.html"), style=source("keep.css"))


@cache
def page(name: str) -> "Template":
    """A page of this folder, every value in it escaped and none of them missing."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_as_read if name in _OF_WORDS else None,
    )
    environment.filters["begun"] = begun
    environment.filters["pieces"] = pieces
    environment.filters["unbroken"] = unbroken
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}
    environment.filters["dollars"] = dollars
    return environment.from_string(source(name))


def _as_read(value: object) -> object:
    """What a page shows; what it has made itself, of values that came by here, is markup already."""
    return unbroken(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


_OF_WORDS: Final = frozenset({"keep.html", "mail.html"})
"""Pages of nothing but sentences and figures: a drawing has numbers and letters of its own."""


def source(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
