"""What libpq makes of a URL: it is checked by the parser that will use it."""

from difflib import get_close_matches

from watcher.adapters.ledger.places import parts_of


def flaw_for_libpq(url: str) -> str | None:
    """Why libpq would refuse to read it, in words that repeat nothing of it; None if it reads it.

    Also None where psycopg finds no libpq: that is said where a connection is asked for.
    """
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict, timeout_from_conninfo
        from psycopg.pq import Conninfo
    except ImportError:
        return None
    try:
        said = conninfo_to_dict(url)
    except ProgrammingError:
        known = [option.keyword.decode() for option in Conninfo.get_defaults()]
        for key, _ in parts_of(url).parameters:
            # The nearest word alone: what stands there may be the end of a password.
            if key not in known and (close := get_close_matches(key, known, n=1)):
                return f"has a parameter that libpq does not know: did you mean `{close[0]}`?"
        return "is nothing that libpq understands: percent-encode what is neither letter nor digit"
    try:
        timeout_from_conninfo(said)
    except ProgrammingError:
        return "has a `connect_timeout` that is no number of seconds"
    return None
