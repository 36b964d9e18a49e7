"""The words of the command line."""

from pathlib import Path

import pytest

from tests.cli.desk import Desk
from watcher.cli.parser import build_parser
from watcher.record.exit_codes import Exit


@pytest.mark.parametrize(
    "words",
    [
        ("store", "check", "--config", "x.toml"),
        ("store", "--config", "x.toml", "check"),
        ("notify", "test", "--config", "x.toml"),
        ("audit", "--config", "x.toml"),
    ],
)
def test_the_configuration_may_be_named_before_and_after_an_action(words: tuple[str, ...]) -> None:
    assert build_parser().parse_args(words).config == Path("x.toml")


def test_help_lists_every_exit_code() -> None:
    text = build_parser().format_help()
    assert [code for code in Exit if f"\n{int(code):>4}  " not in text] == []


@pytest.mark.parametrize("command", ["forecast", "simulate"])
@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0", "0 is no number of days from 1 to 1,098"),
        ("1099", "1099 is no number of days from 1 to 1,098"),
        ("7d", "7d is no number of days from 1 to 1,098; did you mean 7?"),
        ("48h", "48h is no number of days from 1 to 1,098; did you mean 2?"),
        ("36h", "36h is no number of days from 1 to 1,098"),
        ("-1", "-1 is no number of days from 1 to 1,098"),
        ("٣", "٣ is no number of days from 1 to 1,098"),
        ("9" * 5_000, "9 is no number of days from 1 to 1,098"),
        ("1e2", "1e2 is no number of days from 1 to 1,098"),
    ],
)
def test_days_ahead_are_one_option_wherever_they_are_asked_for(
    command: str, written: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`forecast` took ten years and `simulate` three, each complained in its own words, and one of them was
    Python's: "invalid _days value".
    """
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args([command, f"--days={written}"])
    assert ended.value.code == 2
    assert f"{said}\n" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["forecast", "simulate"])
@pytest.mark.parametrize(("written", "days"), [("1", 1), ("007", 7), ("1098", 1_098)])
def test_so_many_days_may_be_asked_for(command: str, written: str, days: int) -> None:
    assert build_parser().parse_args([command, "--days", written]).days == days


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_cannot_be_is_one_sentence(at_desk: Desk, port: str) -> None:
    """The sandbox ended with an unexpected OverflowError, exit 1, and positions in its code."""
    said = at_desk.run("sandbox", "--port", port)
    assert (said.code, said.err) == (2, f"--port {port}: a port is a number from 0 to 65535\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "hodl @x",
            "lease-watcher: error: there is no command hodl; did you mean hold? ",
        ),
        ("xyzzy", "there is no command xyzzy; `lease-watcher --help` lists what there is"),
        (
            "hold @x --unitl=3d",
            "hold: error: there is no option --unitl; did you mean --until? ",
        ),
        ("notify tset", "lease-watcher notify: error: there is no action tset; did you mean test? "),
        (
            "history --format jsn",
            "--format jsn: there is no such choice; did you mean json? Known: ",
        ),
        (
            "holds @x",
            "holds: error: @x: nothing is expected there; `lease-watcher holds",
        ),
        ("hold @x --until", "argument --until: expected one argument"),
    ],
)
def test_a_word_that_there_is_not_is_told_with_the_nearest(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a misspelt option the whole program complained, of a command it listed all twenty."""
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(words.split())
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
