"""Links that keep an account: all that they need is there, and can be used."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from watcher.adapters.pages.options import address_of, key_of, require_public_url
from watcher.settings.declarations import Path, file_twin
from watcher.settings.findings import Complaint
from watcher.settings.model import Settings

_NEEDED: Final = {
    "listen": 'add `listen = "127.0.0.1:8090"`',
    "url": "add `url`, the address at which people reach the page",
    "key": f"give `key`, a file in `{file_twin('key')}`, or the credential `keep.key`",
}


def links(settings: Settings) -> Iterator[Complaint]:
    keep = settings.keep
    given = [name for name in (*_NEEDED, "old_key") if getattr(keep, name) is not None]
    for name, fix in _NEEDED.items():
        if given and name not in given:
            yield Complaint(
                path=("keep", name),
                message=f"is missing beside `{given[0]}`: there are no links without it",
                fix=fix,
                rests_on=tuple(("keep", each) for each in given),
            )
    if keep.listen is not None:
        yield from _usable("listen", 'write it as in listen = "127.0.0.1:8090"', address_of, keep.listen)
    if keep.url is not None:
        yield from _usable(
            "url", 'write it as in url = "https://watcher.example"', require_public_url, keep.url
        )
    for name in ("key", "old_key"):
        secret = getattr(keep, name)
        if secret is not None:
            yield from _usable(name, "make a new one", key_of, secret)


def _usable(name: str, fix: str, reader: Callable[[Any], object], value: object) -> Iterator[Complaint]:
    path: Path = ("keep", name)
    try:
        reader(value)
    except ValueError as error:
        yield Complaint(path=path, message=str(error), fix=fix, rests_on=(("keep", file_twin(name)),))
