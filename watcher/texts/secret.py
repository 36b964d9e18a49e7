"""A text that must not be shown: the API key, a webhook's address, a signing key."""

from hmac import compare_digest
from typing import NoReturn, Self, final


@final
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


def secret_of(text: str) -> Secret:
    """The secret in a file's or a variable's text; one line ending at its end is dropped.

    Raises `ValueError`, which does not repeat the text, if it is empty or holds white space, control
    characters or anything but ASCII: such a value was pasted or cut wrongly.
    """
    value = text.removesuffix("\n").removesuffix("\r")
    if not value.strip():
        raise ValueError("is empty")
    if any(sign.isspace() for sign in value):
        raise ValueError("holds a space or a line break: it must be one line without spaces")
    if not (value.isascii() and value.isprintable()):
        raise ValueError("holds signs other than plain ASCII")
    return Secret(value)
