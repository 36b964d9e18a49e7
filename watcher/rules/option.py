"""How an option is declared: once, as a field of a frozen dataclass beside its user.

The settings derive validation, the JSON schema and the settings page from these fields.
"""

from dataclasses import field
from typing import Any, Final

HELP: Final = "help"
MINIMUM: Final = "minimum"
MAXIMUM: Final = "maximum"
SECRET: Final = "secret"


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
