"""A digest as plain text for people: what is worst comes first, then project by project."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Final

from watcher.adapters.channels.fitting import Size, clipped, fair_share
from watcher.adapters.channels.view import WORST_FIRST, Told, View, view_of
from watcher.messages.events import Severity
from watcher.ports.notifier import Digest

_LONGEST_PROJECT: Final = 40


def digest_text(digest: Digest) -> str:
    """Lines of plain text, ending in a line break; what others wrote cannot break out of its line.

    It is not escaped for markup: a channel that renders HTML or the like does that itself.
    """
    return _text(view_of(digest))


def fitted_text(digest: Digest, most: int, size: Size = len) -> str:
    """`digest_text` in which the longest texts are clipped until all of it is no larger than `most`."""
    view = view_of(digest)
    told = [replace(each, project=clipped(each.project, _LONGEST_PROJECT, size)) for each in view.told]
    frame = _text(replace(view, told=tuple(replace(each, text="") for each in told)))
    share = fair_share((size(each.text) for each in told), most - size(frame))
    return _text(
        replace(view, told=tuple(replace(each, text=clipped(each.text, share, size)) for each in told))
    )


def _text(view: View) -> str:
    return "\n".join([*_heading(view), *_body(view), ""])


def _heading(view: View) -> Iterator[str]:
    yield f"Lease watcher, {view.time}: {view.totals.in_words}"
    if not view.live:
        yield "Observe mode: nothing is released, this is what would be."


def _body(view: View) -> Iterator[str]:
    for severity in WORST_FIRST:
        told = [each for each in view.told if each.severity is severity]
        in_use = view.totals.in_use_in_words if severity is Severity.INFO else ""
        if told or in_use:
            yield from ("", severity.value.upper(), *_by_project(told))
        if in_use:
            yield in_use


def _by_project(told: Iterable[Told]) -> Iterator[str]:
    """Events of no project first; the order within a project is kept."""
    project = attrgetter("project")
    for name, those in groupby(sorted(told, key=project), key=project):
        if name:
            yield f"{name}:"
        yield from (f"- {each.text}" for each in those)
