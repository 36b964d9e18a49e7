"""A text that must not be shown: the API key, a webhook's address, a signing key."""

import re
from hmac import compare_digest
from typing import Final, NoReturn, Self, final


class Secret:
    """Holds a text and shows it to nobody who does not say `reveal()`.

    `repr`, `str` and formatting hide it; it cannot be pickled, and a copy is the same object.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        return self.__value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return compare_digest(self.__value.encode(), other.__value.encode())

    def __hash__(self) -> int:
        return hash(self.__value)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled")


@final
class Password(Secret):
    """A secret that a person may have made up: it may hold spaces and signs of any alphabet."""

    __slots__ = ()


def secret_of(text: str) -> Secret:
    """The secret in a file's or a variable's text; one line ending at its end is dropped.

    Raises `ValueError`, which does not repeat the text, if it is empty, holds white space, control
    characters or anything but ASCII, or stands there as in a shell's file: it was pasted or cut wrongly.
    """
    value = _line(text)
    if _NAMED.match(value):
        raise ValueError("begins with a name and =: write only what comes after")
    if value[:7].lower() == "bearer ":
        raise ValueError("begins with the word Bearer: write only what comes after")
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"`":
        raise ValueError("stands in quotes, which count as a part of it here: write it without them")
    if any(sign.isspace() for sign in value):
        raise ValueError("holds a space or a line break: it must be one line without spaces")
    if not (value.isascii() and value.isprintable()):
        raise ValueError("holds signs other than plain ASCII")
    return Secret(value)


def password_of(text: str) -> Password:
    """The same for what a person made up. Quotes are a part of it, as far as anybody can tell."""
    value = _line(text)
    if not value.isprintable():
        raise ValueError("holds a line break or another sign that cannot be printed: it must be one line")
    if value != value.strip():
        raise ValueError("begins or ends with a space")
    return Password(value)


_NAMED: Final = re.compile(r"(?:export\s+)?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\s*=(?![=\s]*$)")
"""How a shell, systemd and Docker write a variable; what ends in = is base64, and no variable."""


def _line(text: str) -> str:
    value = text.removesuffix("\n").removesuffix("\r")
    if not value.strip():
        raise ValueError("is empty")
    return value
