"""`--help` says what each option is for, and what holds where it is not said."""

import argparse
from argparse import ArgumentParser
from collections.abc import Iterator

import pytest

from watcher.cli.parser import build_parser


def commands(parser: ArgumentParser) -> Iterator[ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield each
                yield from commands(each)


def has_one(default: object) -> bool:
    return default is not None and default is not False and default not in (argparse.SUPPRESS, [])


EVERY = list(commands(build_parser(whole=True)))


@pytest.mark.parametrize("command", EVERY, ids=lambda one: one.prog.removeprefix("lease-watcher "))
def test_every_option_says_what_it_is_for_and_what_it_is_by_default(command: ArgumentParser) -> None:
    """`sandbox --help` had `--port PORT` and `--seed SEED` without a word, and no `--format` said which it is
    where none is named.
    """
    told = " ".join(command.format_help().split())
    own = [one for one in command._actions if not isinstance(one, argparse._SubParsersAction)]

    assert [one.dest for one in own if not one.help] == []
    assert [
        one.dest
        for one in own
        if one.option_strings and has_one(one.default) and f"(default: {one.default})" not in told
    ] == []


def test_every_command_has_its_help_beside_it() -> None:
    """`unapprove` and `completion` stood alone on a line, with what they do on the next."""
    lines = build_parser(whole=True).format_help().splitlines()
    for name in ("unapprove", "completion"):
        (line,) = [each for each in lines if each.split()[:1] == [name]]
        assert len(line.split()) > 2


def test_a_default_that_is_nothing_yet_counts_as_one() -> None:
    """0 is a default as good as any: only what is not there has none to tell."""
    sandbox = next(one for one in EVERY if one.prog.endswith("sandbox"))
    assert "(default: 0)" in sandbox.format_help()
