"""A command or an option that there is not: what it may have been, in one line."""

import re
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Final

from watcher.settings.findings import nearest
from watcher.texts.plain import plain

_NO_CHOICE: Final = re.compile(r"argument (.+?): invalid choice: '(.*?)'.*\(choose from (.*)\)")
"""As argparse words it; newer ones say what was maybe meant, too."""
_LEFT_OVER: Final = "unrecognized arguments: "


def meant(message: str, parser: ArgumentParser) -> str:
    """What argparse complains of, with the nearest that there is."""
    if choice := _NO_CHOICE.fullmatch(message):
        what, word, known = choice.groups()
        return _no_such(what, word, re.findall(r"[\w.-]+", known), parser)
    if message.startswith(_LEFT_OVER):
        left = message.removeprefix(_LEFT_OVER)
        word = re.split("[ =]", left, maxsplit=1)[0]
        if word.startswith("-"):
            options = [each for each in parser._option_string_actions if each.startswith("--")]
            return _no_such("option", word, options, parser)
        return f"{plain(left)}: nothing is expected there; {_help(parser)}"
    return plain(message)


def _no_such(what: str, word: str, known: Sequence[str], parser: ArgumentParser) -> str:
    close = nearest(word, known)
    if what.startswith("--"):
        near = f"; did you mean {close}?" if close else "."
        return f"{what} {plain(word)}: there is no such choice{near} Known: {', '.join(known)}"
    near = f"did you mean {close}? " if close else ""
    return f"there is no {what.lower()} {plain(word)}; {near}{_help(parser)}"


def _help(parser: ArgumentParser) -> str:
    return f"`{parser.prog} --help` lists what there is"
