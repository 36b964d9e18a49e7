"""How pages look: templates of ours, no script, nothing fetched from anywhere. The home of Jinja for HTML."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

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
        digest = b64encode(sha256(self.style.encode()).digest()).decode("ascii")
        return {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
                "base-uri 'none'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex, nofollow",
            "Cache-Control": "no-store",
        }


def open_paper() -> Paper:
    return Paper(template=page("keep.html"), style=_source("keep.css"))


@cache
def page(name: str) -> "Template":
    """A page of this folder, every value in it escaped and none of them missing."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["is_word"] = str.isalpha
    return environment.from_string(_source(name))


def _source(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
