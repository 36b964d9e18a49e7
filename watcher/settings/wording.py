"""pydantic's errors in our words: from where and what only, never the value, which may be a secret."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import takewhile
from typing import Any

from pydantic import ValidationError

from watcher.adapters.channels.installed import installed
from watcher.settings.declare import (
    KIND,
    REQUIRED,
    Key,
    Named,
    Option,
    Path,
    declarations_at,
    every_option,
    file_twin,
    keys_at,
)
from watcher.settings.findings import MOST_SHOWN, Complaint, dotted, nearest
from watcher.settings.lines import holds
from watcher.settings.model import Settings
from watcher.settings.values import toml

_SENTENCES = {
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be a whole number, without quotes",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number, without quotes",
    "finite_number": "must be a number",
    "string_type": "must be text in quotes",
    "tuple_type": "must be a list in brackets",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "string_too_short": "must not be empty",
}
_KEY_WORDS = ("key", "api_key", "token")
KEY_PLACES = (
    "put it in the credential `layers-api-key`, in a file named by `api.key_file`, or in LAYERS_API_KEY"
)


def complaints(error: ValidationError, given: Sequence[Any], whole: type = Settings) -> Iterator[Complaint]:
    """One for each error. `given`: what was validated, looked at only for words of closed lists.

    What mends it is worked out for as many as are shown.
    """
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    for count, each in enumerate(errors):
        path = _path(each["loc"], whole)
        match each["type"]:
            case kind if count >= 2 * MOST_SHOWN:
                yield Complaint(path=path, message=_sentence(kind, each["msg"]))
            case "extra_forbidden":
                yield _unknown_key(path, _word_at(given, (*path[:-1], KIND)) or None, whole)
            case "missing":
                yield _missing(path, whole)
            case "union_tag_not_found":
                yield _missing((*path, KIND), whole)
            case "union_tag_invalid":
                yield _not_one_of(
                    (*path, KIND), _kinds(path, whole), given, or_else="if a package brings it, install that"
                )
            case "enum":
                yield _not_one_of(path, _words(path, whole), given)
            case "value_error":
                said = each["msg"].removeprefix("Value error, ")
                yield Complaint(path=path, message=said, fix=_such_as(path, whole))
            case kind:
                yield Complaint(path=path, message=_sentence(kind, each["msg"]), fix=_such_as(path, whole))


def _path(loc: tuple[Key, ...], whole: type) -> Path:
    """pydantic's location without what it adds: the kind below a named table, `[key]` after a bad name."""
    path: Path = ()
    for key in loc:
        above = declarations_at(path[:-1], whole) if path else ()
        is_kind = any(isinstance(each, Named) and key in each.kinds for each in above)
        if key != "[key]" and not is_kind:
            path = (*path, key)
    return path


def _sentence(kind: str, said: str) -> str:
    return _SENTENCES.get(kind) or said.replace("Input should be", "must be").replace(
        "greater than or equal to", "at least"
    ).replace("less than or equal to", "at most")


def _such_as(path: Path, whole: type) -> str | None:
    """The option with its default, which is sure to be written well; an empty one would show nothing."""
    for each in declarations_at(path, whole):
        if isinstance(each, Option) and each.default not in (REQUIRED, None, (), ""):
            return f"write it as in `{each.name} = {toml(each.default)}`"
    return None


def _unknown_key(path: Path, kind: str | None, whole: type) -> Complaint:
    """A key that nothing declares, with the nearest one there, or the place where it does belong."""
    *table, last = path
    word = str(last)
    if word in _KEY_WORDS and table in ([], ["api"]):
        return Complaint(
            path=path,
            message="the API key does not belong in the configuration",
            fix=f"remove it here and replace that key if others could read it; {KEY_PLACES}",
        )
    known = keys_at(tuple(table), kind, whole)
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


def _home(path: Path, whole: type) -> tuple[str, ...] | None:
    """Where an option of this very name belongs, the place nearest to where it stands.

    None if it is an option of the same table, of another kind.
    """

    def shared(home: tuple[str, ...]) -> int:
        pairs = takewhile(lambda pair: pair[0] in ("NAME", pair[1]), zip(home, path, strict=False))
        return sum(1 for _ in pairs)

    homes = [home for home, _ in every_option(whole=whole) if home[-1] == path[-1]]
    best = max(homes, key=shared, default=None)
    return None if best is None or shared(best) == len(path) else best


def _missing(path: Path, whole: type) -> Complaint:
    name = str(path[-1])
    if name == KIND:
        return Complaint(
            path=path, message="is missing", fix=f"say which kind: {', '.join(_kinds(path[:-1], whole))}"
        )
    option = next((each for each in declarations_at(path, whole) if isinstance(each, Option)), None)
    if option is not None and option.secret:
        return Complaint(
            path=path,
            message="is missing",
            fix=f"give `{name}`, a file in `{file_twin(name)}`, or the credential `{dotted(path)}`",
        )
    return Complaint(path=path, message="is missing", fix=f"add `{name} = …`: {option.why if option else ''}")


def _not_one_of(path: Path, words: tuple[str, ...], given: Any, *, or_else: str | None = None) -> Complaint:
    close = nearest(_word_at(given, path), words)
    return Complaint(
        path=path,
        message=f"must be one of: {', '.join(words)}",
        suggestion=close,
        fix=f'write "{close}"' if close else or_else,
    )


def _words(path: Path, whole: type) -> tuple[str, ...]:
    for each in declarations_at(path, whole):
        if isinstance(each, Option) and issubclass(each.type, StrEnum):
            return tuple(member.value for member in each.type)
    return ()


def _kinds(path: Path, whole: type) -> tuple[str, ...]:
    """The kinds that a table may be of, those that are installed and nobody named yet included."""
    ours = [
        kind for each in declarations_at(path[:-1], whole) if isinstance(each, Named) for kind in each.kinds
    ]
    return tuple(dict.fromkeys((*ours, *installed())))


def _word_at(given: Sequence[Any], path: Path) -> str:
    for table in given:
        if holds(table, path):
            found: Any = table
            for key in path:
                found = found[key]
            return found if isinstance(found, str) else ""
    return ""
