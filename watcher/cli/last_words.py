"""What a turn came to is its exit code, whether or not anybody can be shown more of it."""

from watcher.adapters import logs
from watcher.cli.streams import silence
from watcher.cli.surroundings import Surroundings
from watcher.decide.exits import Exit


def shown(text: str, code: Exit, surroundings: Surroundings) -> Exit:
    """Write what was asked for, and answer how the command ends.

    A reader that left, as `head` does, changes nothing of that; a full disk is an error of its own where the
    turn had none.
    """
    out = surroundings.out
    try:
        out.write(text)
        out.flush()
    except OSError as error:
        silence(out)
        if isinstance(error, BrokenPipeError):
            return code
        logs.logger("watcher").error("turn not shown", why=error.strerror, exit_code=int(code))
        return code or Exit.UNEXPECTED
    return code
