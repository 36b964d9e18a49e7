"""Leased accounts on the wire.

A page is validated whole and strictly, which costs a few microseconds an account. Only if that fails is it
read again item by item, so that one bad item is quarantined by name and the others go on.
"""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from watcher.adapters.layers.bodies import Items, instant, strictly, usable, validated
from watcher.adapters.layers.paging import Page
from watcher.facts.accounts import Account, AccountId, Flaw, ProjectId, Quarantined
from watcher.facts.handles import folded
from watcher.texts.foreign import LONGEST_NAME, is_short, is_text, shown

# More than any price or audience, and still an integer to every store and every JSON reader.
_Count = Annotated[int, Field(ge=0, le=2**53)]


class _Item(TypedDict):
    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc] # pydantic's way to say it

    socialAccountId: str
    projectId: str
    status: Literal["assigned"]
    handle: str
    platform: str
    followers: NotRequired[_Count | None]
    assignedAt: str
    nextRenewalAt: str
    monthlyPriceCents: _Count


_ITEM, _ITEMS, _ANYTHING = TypeAdapter(_Item), TypeAdapter(Items[_Item]), TypeAdapter(Items[Any])


def leased_page(body: bytes, project: ProjectId) -> Page[Account | Quarantined] | None:
    """The items of one page, understood or not; None if the body is no list at all."""
    page = strictly(_ITEMS, body)
    if page is None:
        return _one_by_one(body, project)
    return Page(
        items=[_understood(item, project) for item in page["items"]], next_cursor=page.get("nextCursor")
    )


def _one_by_one(body: bytes, project: ProjectId) -> Page[Account | Quarantined] | None:
    page = validated(_ANYTHING, body)
    if page is None:
        return None
    return Page(items=[_read(item, project) for item in page["items"]], next_cursor=page.get("nextCursor"))


def _read(item: Any, project: ProjectId) -> Account | Quarantined:
    try:
        return _understood(_ITEM.validate_python(item), project)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
    if not isinstance(item, dict):
        return Quarantined(project=project, id=None, handle=None, flaw=Flaw.MALFORMED_FIELD, field="item")
    field, value = str(first["loc"][0]), first["input"]
    if first["type"] == "missing" or value is None:
        flaw = Flaw.MISSING_FIELD
    elif field == "status" and isinstance(value, str):
        flaw = Flaw.UNKNOWN_STATUS
    else:
        flaw = Flaw.MALFORMED_FIELD
    return _flawed(item, project, flaw, field)


def _understood(item: _Item, project: ProjectId) -> Account | Quarantined:
    """What the types alone cannot say."""
    id_, handle, platform = item["socialAccountId"], item["handle"], item["platform"]
    if not usable(id_):
        return _flawed(item, project, Flaw.UNUSABLE_ID, "socialAccountId")
    if item["projectId"] != project:
        return _flawed(item, project, Flaw.FOREIGN_PROJECT, "projectId")
    if not _is_a_name(handle):
        return _flawed(item, project, Flaw.MALFORMED_FIELD, "handle")
    if not _is_a_name(platform):
        return _flawed(item, project, Flaw.MALFORMED_FIELD, "platform")
    assigned_at = instant(item["assignedAt"])
    if assigned_at is None:
        return _flawed(item, project, Flaw.MALFORMED_FIELD, "assignedAt")
    renews_at = instant(item["nextRenewalAt"])
    if renews_at is None or renews_at <= assigned_at:
        return _flawed(item, project, Flaw.MALFORMED_FIELD, "nextRenewalAt")
    return Account(
        id=AccountId(id_),
        project=project,
        handle=handle,
        platform=platform,
        followers=item.get("followers"),
        assigned_at=assigned_at,
        renews_at=renews_at.replace(microsecond=0) if renews_at.microsecond else renews_at,
        price_cents=item["monthlyPriceCents"],
    )


def _is_a_name(value: str) -> bool:
    """Whether it is a text within bounds; signs that fold into eighteen count as what they fold into."""
    if value.isascii():
        return len(value) <= LONGEST_NAME and is_text(value)
    return is_text(value) and is_short(value) and is_short(folded(value))


def _flawed(item: Any, project: ProjectId, flaw: Flaw, field: str) -> Quarantined:
    id_, handle = item.get("socialAccountId"), item.get("handle")
    return Quarantined(
        project=project,
        id=shown(id_) if isinstance(id_, str) else None,
        handle=shown(handle) if isinstance(handle, str) else None,
        flaw=flaw,
        field=field,
    )
