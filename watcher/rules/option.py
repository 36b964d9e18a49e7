"""How an option is declared: once, as a field of a frozen dataclass beside its user.

The settings derive validation, the JSON schema and the settings page from these fields.
"""

from dataclasses import field
from typing import Any, Final

HELP: Final = "help"
MINIMUM: Final = "minimum"
MAXIMUM: Final = "maximum"
SECRET: Final = "secret"
FILLED_IN: Final = "filled in"


def option(
    default: Any,
    why: str,
    *,
    minimum: Any = None,
    maximum: Any = None,
    secret: bool = False,
    shown: bool = True,
) -> Any:
    """A dataclass field with what a person needs to know about it.

    `why` says what the option does and its unit; `minimum` and `maximum` are inclusive. `shown` False: no
    part of the value's `repr`, on which fingerprints rest that ledgers remember.
    Returns `Any`, as `dataclasses.field` does, so that fields keep their declared types.
    """
    metadata = {HELP: why, MINIMUM: minimum, MAXIMUM: maximum, SECRET: secret}
    return field(default=default, metadata=metadata, repr=shown)


def filled_in(default: Any) -> Any:
    """A field beside options that is none: it follows from others, so nobody configures it, and no
    fingerprint rests on it. Returns `Any`, as `option` does.
    """
    return field(default=default, metadata={FILLED_IN: True}, repr=False)
