"""What is wrong with a key or a value, in our words: from where and what only, never the value itself.

It may be a secret. Only a word that should have been one of a closed list is looked at, for the nearest one.
"""

from collections.abc import Iterable
from enum import StrEnum
from itertools import takewhile
from pathlib import Path as FilePath
from typing import Final

from watcher.adapters.channels.installed import installed
from watcher.adapters.ledger.places import LedgerUrl
from watcher.settings.declare import (
    REQUIRED,
    Option,
    Path,
    Table,
    dotted,
    every_option,
    file_twin,
    keys_of,
)
from watcher.settings.findings import Complaint, nearest
from watcher.settings.notation import toml

KEY_PLACES: Final = (
    "put it in the credential `layers-api-key`, in a file named by `api.key_file`, or in LAYERS_API_KEY"
)
_KEY_WORDS: Final = ("key", "api_key", "token")
_SENTENCES: Final = {
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be a whole number, without quotes",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number, without quotes",
    "finite_number": "must be a number",
    "string_type": "must be text in quotes",
    "tuple_type": "must be a list in brackets",
}
"""For what pydantic calls its errors."""

_FIXES: Final = {
    FilePath: "correct the path",
    LedgerUrl: 'write it as in url = "sqlite:///watcher.db" or "postgresql://USER@HOST/DATABASE"',
}


def wrong_value(option: Option, path: Path, error: str, said: str, word: object) -> Complaint:
    """`error` and `said` are pydantic's type and message; `word` is compared with those of a closed list."""
    if error == "enum" and issubclass(option.type, StrEnum):
        return not_one_of(path, word, [member.value for member in option.type])
    message = _SENTENCES.get(error) or said.removeprefix("Value error, ").replace(
        "Input should be", "must be"
    ).replace("greater than or equal to", "at least").replace("less than or equal to", "at most")
    return Complaint(path=path, message=message, fix=_FIXES.get(option.type) or _such_as(option))


def _such_as(option: Option) -> str | None:
    """The option with its default, which is sure to be written well; an empty one would show nothing."""
    shown = option.default not in (REQUIRED, None, (), "")
    return f"write it as in `{option.name} = {toml(option.default)}`" if shown else None


def not_one_of(path: Path, word: object, words: Iterable[str], *, or_else: str | None = None) -> Complaint:
    known = list(words)
    close = nearest(word if isinstance(word, str) else "", known)
    return Complaint(
        path=path,
        message=f"must be one of: {', '.join(known)}",
        suggestion=close,
        fix=f'write "{close}"' if close else or_else,
    )


def no_kind(path: Path, ours: Iterable[str], word: object = None) -> Complaint:
    """`kind` is missing, or none there is. Those that are installed and nobody named yet are named, too."""
    kinds = dict.fromkeys((*ours, *installed()))
    if word is None:
        return Complaint(path=path, message="is missing", fix=f"say which kind: {', '.join(kinds)}")
    return not_one_of(path, word, kinds, or_else="if a package brings it, install that")


def missing(option: Option, path: Path) -> Complaint:
    name = option.name
    fix = f"add `{name} = …`: {option.why}"
    if option.secret:
        fix = f"give `{name}`, a file in `{file_twin(name)}`, or the credential `{dotted(path)}`"
    return Complaint(path=path, message="is missing", fix=fix)


def unknown_key(path: Path, table: Table, whole: Table) -> Complaint:
    """A key that nothing declares, with the nearest one there, or the place where it does belong."""
    word = str(path[-1])
    if word in _KEY_WORDS and path[:-1] in ((), ("api",)):
        return Complaint(
            path=path,
            message="the API key does not belong in the configuration",
            fix=f"remove it here and replace that key if others could read it; {KEY_PLACES}",
        )
    known = list(keys_of(table))
    close = nearest(word, known)
    if close is not None:
        return Complaint(path=path, message="unknown key", suggestion=close, fix=f"rename it to `{close}`")
    home = _home(path, whole)
    if home is not None:
        where = f"in [{'.'.join(home[:-1])}]" if home[:-1] else "at the top, before the first [table]"
        return Complaint(
            path=path, message="unknown key here", suggestion=".".join(home), fix=f"`{word}` belongs {where}"
        )
    return Complaint(path=path, message="unknown key", fix=f"remove it; known here: {', '.join(known)}")


def _home(path: Path, whole: Table) -> tuple[str, ...] | None:
    """Where an option of this very name belongs, the place nearest to where it stands.

    None if it is an option of the same table, of another kind.
    """

    def shared(home: tuple[str, ...]) -> int:
        pairs = takewhile(lambda pair: pair[0] in ("NAME", pair[1]), zip(home, path, strict=False))
        return sum(1 for _ in pairs)

    homes = [home for home, _ in every_option(whole=whole) if home[-1] == path[-1]]
    best = max(homes, key=shared, default=None)
    return None if best is None or shared(best) == len(path) else best
