"""A digest as plain text for people: what is worst comes first, then project by project."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from watcher.adapters.channels.fitting import Size, clipped, fair_share
from watcher.adapters.channels.groups import Group, by_project, to_do_once
from watcher.adapters.channels.told import WORST_FIRST, Told
from watcher.adapters.channels.view import View, view_of
from watcher.messages.events import Severity
from watcher.ports.notifier import Digest
from watcher.texts.sentences import with_one_colon

_LONGEST_PROJECT: Final = 40


def digest_text(digest: Digest) -> str:
    """Lines of plain text, ending in a line break; what others wrote cannot break out of its line.

    It is not escaped for markup: a channel that renders HTML or the like does that itself.
    """
    return _text(view_of(digest))


def fitted_text(digest: Digest, most: int, size: Size = len, *, title: str = "") -> str:
    """The same for telephones and notifications, below `title`: what that says is not said again, and rows
    are not padded, as letters there are of different widths.

    What is larger than `most` is without the remarks in its tables; where that is, too, each event is a
    sentence, the longest clipped.
    """
    view = view_of(digest)
    for remarks in (True, False):
        whole = _text(view, remarks=remarks, padded=False, title=title)
        if size(whole) <= most:
            return whole
    told = [
        replace(
            each,
            project=clipped(each.project, _LONGEST_PROJECT, size),
            owner=clipped(each.owner, _LONGEST_PROJECT, size),
        )
        for each in view.listed
    ]
    frame = _text(
        replace(view, told=tuple(replace(each, text="") for each in told)), tables=False, title=title
    )
    share = fair_share((size(each.text) for each in told), most - size(frame))
    short = tuple(replace(each, text=each.shortened(share, size)) for each in told)
    return _text(replace(view, told=short), tables=False, title=title)


def _text(
    view: View, *, tables: bool = True, remarks: bool = True, padded: bool = True, title: str = ""
) -> str:
    body = _body(view, tables=tables, rows=_in_columns if padded else _in_sentences, remarks=remarks)
    return "\n".join([*_heading(view, title), *body, ""])


def _heading(view: View, title: str) -> Iterator[str]:
    """The headline, but that of one event, which is said in full right below, or one that stands above."""
    alone = view.speaks_for_itself and not view.totals.in_use
    alone = alone or with_one_colon(view.summary).casefold() in title.casefold()
    head = f"Lease watcher, {view.time}"
    yield head if alone else with_one_colon(f"{head}: {view.summary}")
    if not view.live:
        yield "Observe mode: nothing is released, this is what would be."


_Rows = Callable[[Group, bool], Iterator[str]]


def _body(view: View, *, tables: bool, rows: _Rows, remarks: bool) -> Iterator[str]:
    for severity in WORST_FIRST:
        told = [each for each in view.listed if each.severity is severity]
        in_use = view.totals.in_use_in_words if severity is Severity.INFO else ""
        if told or in_use:
            yield from (
                "",
                severity.value.upper(),
                *_projects(told, view, tables=tables, rows=rows, remarks=remarks),
            )
        if in_use:
            yield in_use


def _projects(told: Iterable[Told], view: View, *, tables: bool, rows: _Rows, remarks: bool) -> Iterator[str]:
    """What is to be done stands above all tables, once: of many accounts nobody reads to the end."""
    projects = by_project(told, view.at, tables=tables)
    yield from (f"→ {one.text}" for one in to_do_once(each for _, those in projects for each in those))
    for name, those in projects:
        if name:
            yield f"{name}:"
        for each in those:
            match each:
                case Told():
                    yield f"- {each.text}"
                case Group():
                    yield "; ".join((f"- {each.head}", *each.notes))
                    yield from rows(each, remarks)


def _in_columns(group: Group, remarks: bool) -> Iterator[str]:
    """One row an account, the dates below each other."""
    names = [row.name for row in group.rows]
    moment, name, money = (
        max(map(len, column))
        for column in ([row.moment for row in group.rows], names, [row.money for row in group.rows])
    )
    for row, who in zip(group.rows, names, strict=True):
        remark = f"  {row.remark}" if row.remark and remarks else ""
        begins = f"{group.moment} {row.moment:<{moment}}" if group.moment else ""
        cells = (begins, f"{who:<{name}}", f"{row.money:>{money}}")
        yield f"  {'  '.join(filter(None, cells))}{remark}"
        if row.told.keep_url:
            yield f"    to keep it: {row.told.keep_url}"


def _in_sentences(group: Group, remarks: bool) -> Iterator[str]:
    """The same where letters are of different widths, and lines are short."""
    for row in group.rows:
        moment = f"{group.moment} {row.moment}: " if group.moment else ""
        yield f"• {moment}{row.line if remarks else row.shortest}"
