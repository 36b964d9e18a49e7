"""What a person sees at a terminal: real commands against the sandbox, on one clock."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from tests.cli.desk import desk
from watcher.cli.demo import NAME
from watcher.cli.render.status_page import status_page
from watcher.settings.load import Good, load
from watcher.wiring.ledger import open_reader
from watcher.wiring.orders import orders_from
from watcher.wiring.pages import html_writer

WIDE = 120
_PAGE = """<!doctype html><meta charset="utf-8"><style>{stylesheet}
body {{ margin: 0; padding: 12px 14px; background: {background}; color: {foreground} }}
pre {{ margin: 0; font: 13px/17px Menlo, "DejaVu Sans Mono", monospace }}</style><pre>{code}</pre>"""
_OWN = [(0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205)]


def session() -> list[tuple[str, str]]:
    """Commands and what they print: a fleet, and after a turn what is to be decided of it."""
    with TemporaryDirectory() as folder, desk(Path(folder)) as one:
        one.reconfigure("max_share = 0.3", "max_share = 0.2")
        said = []
        for words in (["audit"], ["run", "--once"], ["status"]):
            shown = one.run(*words, wide=WIDE, NO_COLOR="").out
            if words[0] != "run":
                command = f"lease-watcher {' '.join(words)}"
                said.append((command, shown.replace(folder, "/var/lib/lease-watcher")))
            one.pass_time(timedelta(minutes=1))
    return said


def report() -> str:
    """The page of the same fleet, after the same turn."""
    with TemporaryDirectory() as folder, desk(Path(folder)) as one:
        one.reconfigure("max_share = 0.3", "max_share = 0.2")
        one.run("run", "--once")
        one.pass_time(timedelta(minutes=1))
        return one.run("report").out


def standing() -> str:
    """The page that a daemon would serve after the same turn."""
    with TemporaryDirectory() as folder, desk(Path(folder)) as one:
        one.reconfigure("max_share = 0.3", "max_share = 0.2")
        one.run("run", "--once")
        one.pass_time(timedelta(minutes=1))
        loaded = load(Path(folder) / NAME, one.environ, Path(folder), one.clock.now())
        assert isinstance(loaded, Good)
        with open_reader(loaded.settings) as ledger:
            found = status_page(
                ledger,
                orders_from(loaded.settings),
                place="/var/lib/lease-watcher/watcher.db",
                timezone=UTC,
                now=one.clock.now(),
            )
        return html_writer()(found)


def page(said: Sequence[tuple[str, str]], *, dark: bool = False, wide: int = WIDE) -> str:
    front, behind = ((229, 229, 229), (18, 20, 24)) if dark else ((20, 20, 20), (255, 255, 255))
    console = Console(record=True, width=wide, file=StringIO(), force_terminal=True, color_system="256")
    for number, (command, shown) in enumerate(said):
        if number:
            console.print()
        console.print(f"$ {command}", style="bold", markup=False, highlight=False)
        for row in AnsiDecoder().decode(shown.rstrip()):
            console.print(row, soft_wrap=True)
    theme = TerminalTheme(behind, front, [*_OWN, front], [*_OWN, front])
    return console.export_html(theme=theme, code_format=_PAGE)
