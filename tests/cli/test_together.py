"""Options that would say nothing are refused, all at once: every pair of a command with several modes."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from watcher.cli.parser import build_parser, file_of
from watcher.cli.process import Stop
from watcher.cli.together import refuse_idle

VALUES = {
    "--config": "other.toml",
    "--shard": "0/2",
    "--days": "5",
    "--fleet": "mixed",
    "--audit": "audit.json",
    "--against": "other.toml",
    "--posting": "nobody",
    "--format": "json",
    "--metrics-file": "metrics",
    "--summary-file": "summary",
    "--project": "acme",
    "--reason": "why",
    "--by": "ann",
    "--notifier": "ops",
}
"""Also the defaults of some: what was typed counts, whatever it is."""
TWO_VALUES = {"--write": ("cases.toml", "@acme")}

AT_ODDS: dict[tuple[str, ...], set[frozenset[str]]] = {
    ("simulate",): {
        frozenset({"--audit", "--fleet"}),
        *(frozenset({one, "--history"}) for one in ("--fleet", "--audit", "--days", "--posting")),
    },
    ("policy", "test"): {frozenset({"--write", "--format"})},
    ("store", "import", "ledger.json"): {
        frozenset({"--moved", "--reason"}),
        frozenset({"--moved", "--by"}),
    },
    ("resume",): {
        frozenset({"--accept-baseline", "--project"}),
        frozenset({"--accept-baseline", "--coming"}),
    },
}
"""Of each command with several ways to go: all pairs that do not go together. All others do."""
FOR_ONCE = {"--quiet", "--metrics-file", "--format", "--summary-file"}


def options_of(words: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The options of a command, each as it may be typed."""
    parser: ArgumentParser = build_parser(whole=True)
    for word in words[: 2 if words[0] in ("policy", "store", "outbox") else 1]:
        parser = next(each.choices[word] for each in parser._actions if isinstance(each.choices, dict))
    found = {}
    for action in parser._actions:
        if action.option_strings and action.default != SUPPRESS:
            name = action.option_strings[-1]
            values = TWO_VALUES.get(name) or (() if action.nargs == 0 else (VALUES[name],))
            found[name] = (name, *values)
    return found


def refused(*words: str) -> str | None:
    """What is said of these; None: they go together."""
    try:
        options: Namespace = build_parser().parse_args(words)
    except SystemExit:
        return "by argparse"
    try:
        refuse_idle(options, file_of(options.command).IDLE)
    except Stop as stop:
        return str(stop)
    return None


def pairs(words: tuple[str, ...]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    known = options_of(words)
    beside = ("--reason", "why") if words == ("resume",) else ()
    for one, other in permutations(known, 2):
        more = () if "--reason" in (one, other) else beside
        yield one, other, (*words, *known[one], *known[other], *more)


@pytest.mark.parametrize("words", AT_ODDS, ids=" ".join)
def test_every_pair_goes_together_or_is_refused(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """In whichever order, and a new option has to take its place."""
    found = {frozenset({one, other}) for one, other, typed in pairs(words) if refused(*typed) is not None}
    assert found == AT_ODDS[words]
    capsys.readouterr()


def test_what_is_for_one_turn_is_refused_of_the_daemon() -> None:
    options = options_of(("run",))
    alone = {name for name, typed in options.items() if refused("run", *typed) is not None}
    with_it = {name for name, typed in options.items() if refused("run", "--once", *typed) is not None}
    assert (alone, with_it) == (FOR_ONCE, set())


@pytest.mark.parametrize("action", ["retry", "drop"])
def test_how_the_list_is_shown_says_nothing_of_what_is_done_to_it(action: str) -> None:
    reason = ("--reason", "why") if action == "drop" else ()
    assert refused("outbox", "--format", "text", action, "1", *reason) is not None
    assert refused("outbox", action, "1", *reason) is None
    assert refused("outbox", "--format", "text") is None


def test_no_part_of_the_projects_is_written_by_init(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused("init", "--shard", "0/2") == "by argparse"
    assert "--shard" in capsys.readouterr().err


def test_all_that_says_nothing_is_named_at_once_before_anything_is_read(at_desk: Desk) -> None:
    """No ledger was opened, no file looked for, and no days were played as if they had been asked for."""
    words = (
        "--history",
        "--days",
        "90",
        "--posting",
        "nobody",
        "--audit",
        "none.json",
        "--format",
        "markdown",
    )
    said = at_desk.run("simulate", *words, "--config", str(Path("no such file")))
    assert (said.code, said.out) == (2, "")
    assert said.told == (
        "--audit does not go with --history: the past is that of your own ledger, so leave it out. "
        "--days does not go with --history: it looks back as far as the ledger recorded, so leave it out. "
        "--posting does not go with --history: what was posted then is recorded, so leave it out. "
        "--format markdown does not go with --history: the past is told as text or json, so leave it out."
    )
