"""Lists come in pages: follow `nextCursor` to the end, and never for ever."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from watcher.adapters.layers.errors import kept, request_id, unreadable
from watcher.adapters.layers.session import Query, Reply, Session
from watcher.ports.leases import Surprising
from watcher.texts.foreign import is_text

MOST_PAGES = 1_000

LONGEST_CURSOR = 4_096
"""Signs: servers refuse longer addresses."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[T]):
    """One page; without a `next_cursor` (absent, null or empty) the last."""

    items: Sequence[T]
    next_cursor: str | None


def each_page(
    session: Session, path: str, query: Query, parse: Callable[[bytes], Page[T] | None]
) -> Iterator[tuple[Page[T], Reply]]:
    """Pages, each asked for when the one before is done with. `parse` answers None for what is no page.

    Raises `Surprising` for such a one, for one that is stale and does not say how old, for a cursor that
    comes twice, and beyond `MOST_PAGES`.
    """
    asked = f"GET {path}"
    seen: set[str] = set()
    cursor: Query = ()
    for _ in range(MOST_PAGES):
        reply = session.get(path, [*query, *cursor])
        page = parse(reply.answer.body)
        if page is None or not _can_be_asked(page.next_cursor or ""):
            raise unreadable(reply.answer, asked)
        if reply.age is None:
            raise kept(reply.answer, asked, "kept by somebody in between, nobody says how long")
        yield page, reply
        following = page.next_cursor
        if not following:
            return
        if following in seen:
            raise Surprising(
                f"{asked}: the pages go in a circle",
                code="page_loop",
                status=reply.answer.status,
                request_id=request_id(reply.answer),
            )
        seen.add(following)
        cursor = (("cursor", following),)
    raise Surprising(f"{asked}: more than {MOST_PAGES} pages", code="too_many_pages")


def _can_be_asked(cursor: str) -> bool:
    return is_text(cursor) and len(cursor) <= LONGEST_CURSOR
