"""Values as TOML writes them."""

import json
from datetime import timedelta
from typing import Any

from watcher.adapters.ledger.places import LedgerUrl
from watcher.settings.durations import written


def toml(value: Any) -> str:
    """An option's value as it stands in the file. Raises `TypeError` for what no option is."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case timedelta():
            return f'"{written(value)}"'
        case str():
            # A JSON string is a TOML basic string, but for this one sign.
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
        case LedgerUrl():
            return toml(str(value))
        case tuple() | list():
            return f"[{', '.join(toml(each) for each in value)}]"
        case _:
            raise TypeError(f"no TOML value: {type(value).__name__}")
