"""`sandbox`: a Layers API of one's own, served on loopback until it is stopped."""

from argparse import ArgumentParser, Namespace
from threading import Event

from watcher.cli.process import Process, Stop
from watcher.cli.render.sheet import line, printed
from watcher.cli.signals import stopping_on_signals
from watcher.record.exit_codes import Exit
from watcher.sandbox import DEFAULT_KEY, Sandbox, Serving, fleets
from watcher.texts.plain import plain
from watcher.texts.times import glued


def declare(command: ArgumentParser) -> None:
    command.add_argument("--port", type=int, default=8642, help="where it listens; 0 for one that is free")
    command.add_argument(
        "--seed", type=int, default=0, help="another number, another fleet of those that are drawn: large"
    )
    command.add_argument("--fleet", default="mixed", metavar="NAME", help="mixed, seeds, large or empty")


def run(options: Namespace, process: Process) -> Exit:
    if options.fleet not in fleets.NAMES:
        raise Stop(
            Exit.USAGE,
            f"--fleet {plain(options.fleet)}: there is no such fleet. Known: {', '.join(fleets.NAMES)}",
        )
    if not 0 <= options.port <= 65_535:
        raise Stop(Exit.USAGE, f"--port {options.port}: a port is a number from 0 to 65535")
    clock = process.clock
    fleet = fleets.NAMES[options.fleet](clock.now(), options.seed)
    sandbox = Sandbox(fleet=fleet, clock=clock.now, seed=options.seed)
    stop = Event()

    def ready(serving: Serving) -> None:
        process.out.write(served(options.fleet, serving.url, process.width))
        process.out.flush()

    with stopping_on_signals(stop):
        try:
            sandbox.serve_forever(options.port, stop, ready=ready)
        except OSError as error:
            raise Stop(Exit.USAGE, f"--port {options.port}: {error.strerror or error}") from None
    return Exit.DONE


def served(fleet: str, url: str, width: int | None) -> str:
    """Where it is, and what to type for what, each in one piece."""
    lost = '{"fault": "lost_answer", "method": "DELETE", "times": 1}'
    rows = (
        ("in the configuration:", f'[api] base_url = "{url}"'),
        ("its key:", f"export LAYERS_API_KEY={DEFAULT_KEY.secret}"),
        ("its clock:", f"curl -d '{{\"advance_seconds\": 3600}}' {url}/_sandbox/clock"),
        ("what it was asked:", f"curl {url}/_sandbox/log"),
        ("its accounts, wallet:", f"curl {url}/_sandbox/world"),
        ("to lose an answer:", f"curl -d '{lost}' {url}/_sandbox/faults"),
        ("all that it takes:", f"curl {url}/_sandbox/"),
    )
    lines = [
        line(f"A Layers API for trying things out, with the fleet `{fleet}`, is at {url}"),
        *(line(f"{what:<21}  {glued(typed)}", indent=2, hang=4) for what, typed in rows),
        line("Ctrl-C ends it; nothing is kept."),
    ]
    return printed(lines, width=width, color=False)
