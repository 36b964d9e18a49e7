"""Headers of a mail as they are written. The home of email.header and email.charset.

The library's own folding makes encoded words of whatever is longer than a line, of an address and an id too,
which nobody can write to or compare then; and it begins some with an empty one, which spam filters count.
"""

from collections.abc import Sequence
from email.charset import SHORTEST, Charset
from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy
from typing import Final

_LINE: Final = 76
_LONGEST_WORD: Final = 60
_FOLD: Final = "\r\n"


class Written(str):
    """A header's value that is folded already. `email.policy` takes what has a `name` for its own."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str, value: str) -> "Written":
        written = super().__new__(cls, value)
        written.name = name
        return written

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def line(name: str, text: str) -> Written:
    """A text of people's: in encoded words where it needs them, or looks like some."""
    return Written(name, _encoded(text, beside=name))


def addresses(name: str, those: Sequence[Address]) -> Written:
    """A line for each, and none cut: a line may have 998 signs."""
    return Written(name, f",{_FOLD} ".join(map(_address, those)))


def _address(one: Address) -> str:
    if _is_plain(one.display_name):
        return str(one)
    return f"{_encoded(one.display_name, beside='From')}{_FOLD} <{one.addr_spec}>"


def _encoded(text: str, *, beside: str) -> str:
    folds = all(len(word) <= _LONGEST_WORD for word in text.split())
    charset = "us-ascii" if folds and _is_plain(text) else _utf8()
    return Header(text, charset, maxlinelen=_LINE, header_name=beside).encode(linesep=_FOLD)


def _utf8() -> Charset:
    """As Python has it, whatever a library made of that for the whole process: apprise does."""
    charset = Charset("utf-8")
    charset.header_encoding = SHORTEST
    return charset


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text
