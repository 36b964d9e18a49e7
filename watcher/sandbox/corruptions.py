"""Ready-made ways to spoil a list, for `Corrupt(mutate=…)`; and JSON Patch for everything else.

Each function answers with a mutator that changes one item: the one at `index`, or the account named.
"""

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Mutator = Callable[[dict[str, Any]], dict[str, Any]]


def changed(field: str, value: Any, *, account: str | None = None, index: int = 0) -> Mutator:
    """One field of one item has another value."""

    def mutate(body: dict[str, Any]) -> dict[str, Any]:
        for item in _chosen(body, account, index):
            item[field] = copy.deepcopy(value)
        return body

    return mutate


def missing(field: str, *, account: str | None = None, index: int = 0) -> Mutator:
    """One field of one item is not there."""

    def mutate(body: dict[str, Any]) -> dict[str, Any]:
        for item in _chosen(body, account, index):
            item.pop(field, None)
        return body

    return mutate


def unknown_status(*, account: str | None = None, index: int = 0, status: str = "hibernating") -> Mutator:
    """A status nobody has heard of."""
    return changed("status", status, account=account, index=index)


def null_renewal(*, account: str | None = None, index: int = 0) -> Mutator:
    """`nextRenewalAt` is null."""
    return changed("nextRenewalAt", None, account=account, index=index)


def price_as_text(*, account: str | None = None, index: int = 0, price: str = "15000") -> Mutator:
    """`monthlyPriceCents` is text."""
    return changed("monthlyPriceCents", price, account=account, index=index)


def foreign_item(
    *, account: str | None = None, index: int = 0, project: str = "prj_01JZ0000000000000000F0RE1GN"
) -> Mutator:
    """An item says it belongs to another project."""
    return changed("projectId", project, account=account, index=index)


def duplicate_ids(*, account: str | None = None, index: int = 0) -> Mutator:
    """An item is there twice."""

    def mutate(body: dict[str, Any]) -> dict[str, Any]:
        body["items"] += [copy.deepcopy(item) for item in _chosen(body, account, index)]
        return body

    return mutate


def without_item(*, account: str | None = None, index: int = 0) -> Mutator:
    """An item is not there."""

    def mutate(body: dict[str, Any]) -> dict[str, Any]:
        gone = [id(item) for item in _chosen(body, account, index)]
        body["items"] = [item for item in body["items"] if id(item) not in gone]
        return body

    return mutate


def patched(body: dict[str, Any], patch: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The body after a JSON Patch of `add`, `replace` and `remove`."""
    root: Any = {"": body}
    for step in patch:
        *parents, last = ["", *(_unescaped(part) for part in step["path"].split("/")[1:])]
        held = root
        for part in parents:
            held = held[int(part)] if isinstance(held, list) else held[part]
        match step["op"], held:
            case "add", list():
                held.insert(len(held) if last == "-" else int(last), step["value"])
            case "remove", _:
                del held[int(last) if isinstance(held, list) else last]
            case "add" | "replace", _:
                held[int(last) if isinstance(held, list) else last] = step["value"]
            case op, _:
                raise ValueError(f"no such JSON Patch operation here: {op}")
    result: dict[str, Any] = root[""]
    return result


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def _chosen(body: dict[str, Any], account: str | None, index: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = body.get("items", [])
    if account is None:
        return items[index : index + 1]
    return [item for item in items if item.get("socialAccountId") == account]
