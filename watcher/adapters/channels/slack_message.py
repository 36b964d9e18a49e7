"""A digest as a Slack message: Block Kit, within Slack's limits, whatever others wrote.

Text of others stands in `rich_text` and `plain_text` only, in which Slack reads no markup, no mention and
no command: it shows `<!channel>` and `*this*` as they are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from watcher.adapters.channels.fitting import clipped, fair_share, utf16
from watcher.adapters.channels.groups import Group, grouped, to_do_once
from watcher.adapters.channels.text import fitted_text
from watcher.adapters.channels.told import WORST_FIRST, Told
from watcher.adapters.channels.view import view_of
from watcher.ports.notifier import Digest
from watcher.texts.sentences import unbroken
from watcher.texts.times import day as named

MOST: Final = 25
"""So many usual announcements are whole in one message, be it that each is about a project of its own."""

_WHOLE: Final = 8_000
"""Slack documents 3,000 characters a block; that it also refuses about 11,000 in all of them, it does not."""
_BLOCK: Final = 2_900
_FALLBACK: Final = 3_500
_HEADING: Final = 80
_LABEL: Final = 32
_LONGEST_PROJECT: Final = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """`label` is bold; it may be empty. `commands`: what is to be typed, in the order of the text."""

    label: str
    text: str
    commands: tuple[str, ...] = ()
    told: Told | None = None
    """The event that the text is, where it is one."""

    def within(self, most: int) -> str:
        return clipped(self.text, most, utf16) if self.told is None else self.told.shortened(most, utf16)

    @property
    def size(self) -> int:
        return utf16(self.label) + utf16(self.text)


def message(digest: Digest) -> dict[str, Any]:
    """The message without its place. `text` is for notifications and screen readers, `blocks` for all others.

    Links are never unfolded: an address in a handle must not bring a picture along.
    """
    return {
        "text": _escaped(fitted_text(digest, _FALLBACK, _escaped_size)),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": list(_blocks(digest)),
    }


def _blocks(digest: Digest) -> Iterator[dict[str, Any]]:
    view = view_of(digest)
    yield {"type": "header", "text": _plain_text(view.title)}
    context = f"Lease watcher · {view.time}"
    if not view.live:
        context += " · nothing is released, this is what would be"
    yield _context(context)
    sections = [(heading, grouped(told, view.at, of=view.listed)) for heading, told in _sections(view.listed)]
    groups = [each for _, those in sections for each in those]
    to_do = [
        _Line(label="", text=one.text, commands=(one.command,) if one.command else ())
        for one in to_do_once(groups)
    ]
    room = _WHOLE - len(list(_texts(groups))) * _LABEL - (len(sections) + _WHOLE // _BLOCK + 1) * _HEADING
    room -= sum(line.size for line in to_do)
    share = fair_share((utf16(line.text) for line in _texts(groups)), room)
    if to_do:
        yield _rich_text("To do", to_do)
    for heading, those in sections:
        lines = [
            replace(line, text=f"{': ' if line.label else ''}{line.within(share)}") for line in _texts(those)
        ]
        for number, packed in enumerate(_packed(lines)):
            yield _rich_text(heading if number == 0 else f"{heading} (continued)", packed)
    if in_use := view.totals.in_use_in_words:
        yield _context(in_use)


def _texts(those: Iterable[Told | Group]) -> Iterator[_Line]:
    """How bad it is and its sentence, or of many the moment and the rest."""
    for each in those:
        match each:
            case Told():
                commands = (each.hold, *each.commands) if each.hold else each.commands
                yield _Line(label=each.severity.value, text=each.text, commands=commands, told=each)
            case Group():
                yield _Line(label=each.told[0].severity.value, text="; ".join((each.head, *each.notes)))
                for row in each.rows:
                    yield _Line(label=f"{each.moment} {row.moment}".strip(), text=row.line)


def _sections(told: Iterable[Told]) -> Iterator[tuple[str, list[Told]]]:
    """One for each project and day of renewal, the one with what is worst first, then what is due first."""
    found: dict[tuple[date, str], list[Told]] = {}
    for each in told:
        found.setdefault((each.day, each.heading), []).append(each)
    for those in found.values():
        those.sort(key=lambda each: WORST_FIRST.index(each.severity))
    for key in sorted(found, key=lambda key: (WORST_FIRST.index(found[key][0].severity), key)):
        yield _heading(*key), found[key]


def _heading(day: date, project: str) -> str:
    name = clipped(project, _LONGEST_PROJECT, utf16) or "Fleet"
    return name if day == date.min else f"{name}, renewals of {named(day)}"


def _packed(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    """Lines in their order, as many together as one block takes."""
    pack: list[_Line] = []
    room = _BLOCK
    for line in lines:
        if pack and line.size > room:
            yield pack
            pack, room = [], _BLOCK
        pack.append(line)
        room -= line.size
    if pack:
        yield pack


def _rich_text(heading: str, lines: Iterable[_Line]) -> dict[str, Any]:
    items = [_rich_section(*([_bold(line.label)] if line.label else []), *_typed(line)) for line in lines]
    return {
        "type": "rich_text",
        "elements": [
            _rich_section(_bold(heading)),
            {"type": "rich_text_list", "style": "bullet", "elements": items},
        ],
    }


def _typed(line: _Line) -> Iterator[dict[str, Any]]:
    """The text with its commands as what is typed, so that they stand out and are copied whole."""
    rest = line.text
    for command in line.commands:
        # What keeps an account stands in its sentence without signs about it.
        sign = "`" if f"`{command}`" in rest else ""
        before, found, after = rest.partition(f"{sign}{command}{sign}")
        if found:  # else it was clipped
            if before:
                yield {"type": "text", "text": unbroken(before)}
            yield {"type": "text", "text": command, "style": {"code": True}}
            rest = after
    if rest:
        yield {"type": "text", "text": unbroken(rest)}


def _rich_section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def _bold(text: str) -> dict[str, Any]:
    return {"type": "text", "text": unbroken(text), "style": {"bold": True}}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [_plain_text(text)]}


def _plain_text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": unbroken(text), "emoji": False}


def _escaped(text: str) -> str:
    """Slack reads mentions and links between angle brackets even where it reads no other markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escaped_size(text: str) -> int:
    return utf16(_escaped(text))
