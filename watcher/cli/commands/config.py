"""`config show`: the configuration in force, each value with who said it."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from itertools import groupby

from watcher.cli.arguments import actions, configuration, text_or_json
from watcher.cli.configured import configured
from watcher.cli.process import Process
from watcher.cli.render.sheet import cells
from watcher.record.exit_codes import Exit
from watcher.settings.declare import Path, dotted
from watcher.settings.effective import Effective, effective, origin_of_key
from watcher.settings.load import Good
from watcher.texts.plain import plain


def declare(command: ArgumentParser) -> None:
    configuration(command)
    does = actions(
        command, {"show": "print every value in force and where it comes from; secrets are masked"}
    )
    text_or_json(does["show"])


def run(options: Namespace, process: Process) -> Exit:
    good = configured(options, process)
    found, key = effective(good), origin_of_key(good, process.environ)
    if options.format == "json":
        process.out.write(_json(found, good, key))
    else:
        process.out.writelines(f"{row}\n" for row in _rows(found, good, key, process.width))
    return Exit.DONE


_WIDEST = 44
"""Cells that a value takes at most before what is said of it stands apart."""


def _rows(values: Sequence[Effective], good: Good, key: str | None, width: int | None) -> Iterator[str]:
    """As TOML, but that secrets are masked: it is to be read, and not to be used. A value is never broken."""
    yield f"# {plain(str(good.path))}"
    yield "# Variables and credentials count as well; what nobody said is the default."
    yield f"# The API key {'is not given' if key is None else f'comes from {plain(key)}'}."
    for table, group in groupby(values, key=lambda one: one.path[:-1]):
        rows = [(_assignment(one), _origin(one, good)) for one in group]
        beside = min(max(len(text) for text, _ in rows), _WIDEST)
        if table:
            yield ""
            yield _header(table)
        for text, origin in rows:
            row = f"{text:<{beside}}  # {origin}"
            yield from (row,) if width is None or cells(row) <= width else (text, f"    # {origin}")


def _header(table: Path) -> str:
    return plain(f"[[{dotted(table[:-1])}]]" if isinstance(table[-1], int) else f"[{dotted(table)}]")


def _assignment(one: Effective) -> str:
    name = dotted(one.path[-1:])
    return f"# {name}" if one.text is None else plain(f"{name} = {one.text}")


def _origin(one: Effective, good: Good) -> str:
    if one.text is None:
        return "not set"
    # The file's name is said at the top.
    where = str(one.origin)
    return plain(where.replace(f"{good.path}:", f"{good.path.name}:", 1))


def _json(values: Sequence[Effective], good: Good, key: str | None) -> str:
    """`config/1`."""
    document = {
        "schema": "config/1",
        "file": str(good.path),
        "key": key,
        "values": [
            {
                "key": one.name,
                "value": one.text,
                "by": one.origin.by.value,
                "where": one.origin.where or None,
                "line": one.origin.line,
            }
            for one in values
        ],
    }
    return f"{json.dumps(document, indent=2)}\n"
