import json
import logging
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from io import StringIO
from threading import Thread

import pytest

from tests.adapters.channels.stage import NOW, logged
from tests.contrast import unreadable
from tests.fakes.clock import FakeClock
from watcher.adapters import logs
from watcher.texts.secret import Secret

KEY = Secret("lk_live_t0ps3cret")


def documents(log: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_line_is_an_event_its_fields_its_level_and_the_time_of_the_given_clock():
    with logged() as log:
        logs.logger("watcher.turn").info("begun", projects=3, who=None)
    assert documents(log) == [
        {
            "event": "begun",
            "projects": 3,
            "who": None,
            "level": "info",
            "timestamp": "2026-05-18T12:00:00.000Z",
        }
    ]


def test_times_are_utc_whatever_zone_the_clock_is_in():
    there = FakeClock(datetime(2026, 5, 18, 14, tzinfo=timezone(timedelta(hours=2))))
    with logged(clock=there) as log:
        logs.logger("x").info("e")
    assert documents(log)[0]["timestamp"] == "2026-05-18T12:00:00.000Z"


def test_a_library_logs_to_the_same_place_in_the_same_form():
    with logged() as log:
        logging.getLogger("some.library").warning("%s of %s", 1, 2)
    assert documents(log) == [
        {"event": "1 of 2", "level": "warning", "timestamp": "2026-05-18T12:00:00.000Z"}
    ]


@pytest.mark.parametrize(
    "name", ["httpx", "httpcore", "apscheduler.scheduler", "sqlalchemy.engine", "alembic"]
)
def test_talkative_libraries_are_heard_from_warning_on(name):
    with logged(level=logs.DEBUG) as log:
        logging.getLogger(name).info("GET https://hooks.example/t0ps3cret")
        logging.getLogger(name).warning("heard")
    assert [line["event"] for line in documents(log)] == ["heard"]


@pytest.mark.parametrize(
    ("level", "heard"),
    [
        (logs.DEBUG, ["debug", "info", "warning"]),
        (logs.INFO, ["info", "warning"]),
        (logs.WARNING, ["warning"]),
        (logs.CRITICAL, []),
    ],
)
def test_lines_below_the_level_are_not_written(level, heard):
    with logged(level=level) as log:
        log_to = logs.logger("x")
        log_to.debug("debug")
        log_to.info("info")
        log_to.warning("warning")
        logging.getLogger("httpx").log(min(level, logs.INFO), "never")
    assert [line["event"] for line in documents(log)] == heard


def test_configuring_again_replaces_the_first():
    first = StringIO()
    with logged(stream=first):
        second = StringIO()
        logs.configure(clock=FakeClock(NOW), human=False, stream=second)
        logs.logger("x").info("once")
    assert (first.getvalue(), len(documents(second))) == ("", 1)


def test_what_a_thread_says_while_it_is_configured_again_is_written_once_and_without_secrets(monkeypatch):
    """Between the old and the new handler there was none: Python wrote it to stderr as it was."""
    unguarded = StringIO()
    monkeypatch.setattr(logging, "lastResort", logging.StreamHandler(unguarded))
    often = 2000
    before = sys.getswitchinterval()

    with logged(secrets=[KEY]) as log:

        def talk() -> None:
            for number in range(often):
                logs.logger("x").warning("at the door", key=KEY.reveal(), number=number)

        talking = Thread(target=talk)
        sys.setswitchinterval(1e-6)
        try:
            talking.start()
            while talking.is_alive():
                logs.configure(clock=FakeClock(NOW), human=False, stream=log, secrets=[KEY])
        finally:
            sys.setswitchinterval(before)
            talking.join()

    assert unguarded.getvalue() == ""
    assert [line["number"] for line in documents(log)] == list(range(often))
    assert KEY.reveal() not in log.getvalue()


@pytest.mark.parametrize("human", [False, True])
def test_a_secret_is_hidden_in_every_field_message_and_traceback(human):
    shown = KEY.reveal()

    class Odd:
        def __repr__(self) -> str:
            return f"<{shown}>"

    def fails(key: str) -> None:
        raise ValueError(f"bad key {key}")

    with logged(human=human, secrets=[KEY]) as log:
        logger = logs.logger("x")
        logger.info(f"event {shown}", text=f"a {shown} b", deep={shown: [(shown,), {shown}]}, odd=Odd())
        logging.getLogger("lib").warning("argument %s", shown)
        try:
            fails(shown)
        except ValueError:
            logger.exception("failed", stack_info=True)
            logging.getLogger("lib").exception("failed too")
    assert shown not in log.getvalue()
    assert log.getvalue().count("bad key ***") == 2


def test_a_traceback_shows_no_variables():
    def fails() -> None:
        variable = "unlisted" + "-value"
        raise ValueError(len(variable))

    with logged(human=True) as log:
        try:
            fails()
        except ValueError:
            logs.logger("x").exception("failed")
    assert "unlisted-value" not in log.getvalue()
    assert "ValueError: 14" in log.getvalue()


def test_of_two_secrets_the_one_within_the_other_leaves_no_rest():
    with logged(secrets=[Secret("abc"), Secret("abcdef"), Secret("")]) as log:
        logs.logger("x").info("e", text="abcdef abc")
    assert documents(log)[0]["text"] == "*** ***"


def test_colors_are_written_only_when_wanted():
    shown = []
    for color in (False, True):
        with logged(human=True, color=color) as log:
            logs.logger("x").info("e", n=1)
        shown.append("\x1b[" in log.getvalue())
    assert shown == [False, True]


def test_every_colour_can_be_read_on_dark_grey_and_on_white():
    """The names of fields were written in a terminal's own cyan, which is not seen on a white one."""
    with logged(human=True, color=True) as log:
        for say in ("info", "warning", "error", "critical"):
            getattr(logs.logger("x"), say)("release.announced", account="sa_1", cents=15_000)
    assert log.getvalue().count("\x1b[38;5;") >= 4 * 5
    assert unreadable(log.getvalue()) == []


class Terminal(StringIO):
    def isatty(self):
        return True


def test_a_line_at_a_terminal_begins_where_what_shows_the_progress_was():
    """`read 1 projects, 8 accounts: acme-coffee2026-11-27T16:44:42.013Z [info] renewal.warning`."""
    terminal = Terminal()
    with logged(human=True, stream=terminal):
        terminal.write("read 1 project")
        logs.logger("x").info("begun")
    assert terminal.getvalue().startswith("read 1 project\r\x1b[K2026-")


def test_a_stream_that_cannot_be_written_raises_nothing_and_says_nothing(capsys):
    with logged() as log:
        log.close()
        logs.logger("x").info("e", text="t0ps3cret")
    assert capsys.readouterr() == ("", "")


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_a_message_that_cannot_be_formatted_raises_nothing_and_says_nothing():
    done = run(
        "import logging, sys\n"
        "from watcher.adapters import logs\n"
        "from watcher.adapters.clock import SystemClock\n"
        "logs.configure(clock=SystemClock(), human=True, stream=sys.stderr)\n"
        "logging.getLogger('lib').warning('%d', 't0ps3cret')\n"
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_importing_and_configuring_leaves_structlog_to_the_first_line():
    run(
        "import logging, sys\n"
        "from watcher.adapters import logs\n"
        "assert not logging.getLogger().handlers\n"
        "from watcher.adapters.clock import SystemClock\n"
        "logs.configure(clock=SystemClock(), human=True, stream=sys.stderr)\n"
        "assert 'structlog' not in sys.modules\n"
    )


def test_before_anything_is_configured_stdout_stays_clean():
    done = run("from watcher.adapters import logs; logs.logger('x').warning('early')")
    assert done.stdout == ""
    assert "early" in done.stderr
