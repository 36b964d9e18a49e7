"""From the words to the command, and from whatever happens there to an exit code."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from watcher.cli.parser import build_parser, file_of
from watcher.cli.streams import NotShown, cells_of, silence

if TYPE_CHECKING:
    from watcher.cli.process import Process


def main(argv: Sequence[str] | None = None, process: "Process | None" = None) -> int:
    """Run one command; answers its exit code. `--help` and usage errors leave by `SystemExit`, and Ctrl-C as
    Python has it, which ends whatever ran this command, too.
    """
    try:
        words = sys.argv[1:] if argv is None else argv
        options = build_parser().parse_args([_readable(word) for word in words])
        return int(_guarded(options, process))
    finally:
        _flush(sys.stdout)


def _readable(word: str) -> str:
    """The word of a terminal that does not speak UTF-8, read as Latin-1: a reason that cannot be written down
    would keep nobody from losing an account. A file is called what it is called.
    """
    try:
        word.encode()
    except UnicodeEncodeError:
        return word if os.path.exists(word) else os.fsencode(word).decode("latin-1")
    return word


def _guarded(options: Namespace, process: "Process | None") -> int:
    from watcher.cli.process import Stop, this_process
    from watcher.cli.render.sheet import laid_out
    from watcher.ports.environment import UnusableVariable
    from watcher.ports.ledger import LedgerUnavailable, LedgerUnusable, LostInRelease
    from watcher.record.exit_codes import Exit

    err = sys.stderr if process is None else process.err
    environ = os.environ if process is None else process.environ

    def said(text: str, code: Exit) -> Exit:
        err.write(laid_out(text.rstrip(), cells_of(err, environ)))
        return code

    try:
        around = process or this_process()
        code: Exit = file_of(options.command).run(options, around)
        around.out.flush()
        return code
    except Stop as stop:
        err.write(stop.told(cells_of(err, environ)))
        return stop.code
    except LedgerUnusable as error:
        return said(str(error), Exit.CONFIGURATION)
    except LostInRelease as error:
        return said(str(error), Exit.OUTCOME_UNKNOWN)
    except LedgerUnavailable as error:
        return said(str(error), Exit.UNREADABLE)
    except BrokenPipeError:
        # The reader of our output left, as `head` does.
        silence(sys.stdout if process is None else process.out)
        return Exit.DONE
    except NotShown as error:
        silence(sys.stdout if process is None else process.out)
        why = f"{(error.strerror or 'unknown error').lower()}. What was done stays done."
        return said(f"The output cannot be written: {why}", Exit.UNEXPECTED)
    except UnusableVariable as error:
        return said(f"{error}.", Exit.CONFIGURATION)
    except Exception as error:
        _log_defect(options.command, error, err)
        return Exit.UNEXPECTED


def _log_defect(command: str, error: Exception, err: TextIO) -> None:
    """The log keeps every secret that it knows out of a traceback. Where it was not set up it knows none:
    then it is told what happened and where, and not in the words of the error, which may hold one.
    """
    from watcher.adapters import logs

    log = logs.logger("watcher")
    if logs.is_configured():
        log.exception("unexpected error", command=command)
        return
    from traceback import extract_tb

    from watcher.adapters.clock import SystemClock

    logs.configure(clock=SystemClock(), human=err.isatty(), stream=err)
    places = [f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
    log.error("unexpected error", command=command, error=type(error).__name__, at=places)


def _flush(stream: TextIO | None) -> None:
    """What `--help` wrote: Python would complain of a full disk at exit, and end with a code of its own."""
    try:
        if stream is not None:
            stream.flush()
    except OSError:
        silence(stream)
