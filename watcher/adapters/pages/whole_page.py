"""A page as one HTML file: with its own style and script, and nothing fetched from anywhere."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from watcher.adapters.pages.drawing import Drawing, draw
from watcher.adapters.pages.layout import digest, headers_with, page, source
from watcher.ports.pages import PageAccount, WholePage
from watcher.texts.times import iso


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheets:
    """Writes pages as HTML, every text escaped. `policy`: what a browser may do with one, and no more."""

    render: Callable[..., str]
    style: str
    script: str

    def write(self, shown: WholePage) -> str:
        drawing: Drawing | None = None
        if shown.timeline is not None and shown.timeline.lanes:
            drawing = draw(shown.timeline, shown.timezone)
        return self.render(
            page=shown,
            drawing=drawing,
            traces=traces(shown.accounts or ()),
            policy=self.policy,
            style=self.style,
            script=self.script,
            iso=iso,
        )

    @property
    def policy(self) -> str:
        own = f"style-src {digest(self.style)}; script-src {digest(self.script)}"
        return f"default-src 'none'; {own}; form-action 'none'; base-uri 'none'"

    @property
    def headers(self) -> dict[str, str]:
        return headers_with(self.policy)


def open_sheets() -> Sheets:
    return Sheets(render=page("page.html").render, style=source("page.css"), script=source("page.js"))


_HEADING: Final = "\x02"
_VALUE: Final = "\x01"
"""Neither stands in any text that is shown."""
_WITH_DIGITS: Final = re.compile(r"\S*\d\S*")


def traces(accounts: Iterable[PageAccount]) -> dict[str, Any]:
    """Every trace in a fourth of its size: sentences once, without what has digits in it, and of each account
    which of them, and what has.
    """
    sentences: dict[str, int] = {}
    found = []
    for one in accounts:
        which, values = [], []
        for block in one.trace:
            title = [f"{_HEADING}{block.title}"] if block.title else []
            for text in (*title, *(row.text for row in block.rows)):
                values += _WITH_DIGITS.findall(text)
                which.append(sentences.setdefault(_WITH_DIGITS.sub(_VALUE, text), len(sentences)))
        found.append([which, " ".join(values)])
    return {"sentences": list(sentences), "accounts": found}
