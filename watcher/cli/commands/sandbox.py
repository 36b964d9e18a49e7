"""`sandbox`: a Layers API of one's own, served on loopback until it is stopped."""

from argparse import ArgumentParser, Namespace
from threading import Event

from watcher.cli.process import Process, Stop
from watcher.cli.signals import stopping_on_signals
from watcher.record.exit_codes import Exit
from watcher.sandbox import DEFAULT_KEY, Sandbox, Serving, fleets


def declare(command: ArgumentParser) -> None:
    command.add_argument("--port", type=int, default=8642)
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--fleet", default="mixed", metavar="NAME", help="mixed, seeds, large or empty")


def run(options: Namespace, process: Process) -> Exit:
    if options.fleet not in fleets.NAMES:
        raise Stop(Exit.USAGE, f"--fleet {options.fleet}: there are {', '.join(fleets.NAMES)}")
    if not 0 <= options.port <= 65_535:
        raise Stop(Exit.USAGE, f"--port {options.port}: a port is a number from 0 to 65535")
    clock = process.clock
    fleet = fleets.NAMES[options.fleet](clock.now(), options.seed)
    sandbox = Sandbox(fleet=fleet, clock=clock.now, seed=options.seed)
    stop = Event()

    lost = '{"fault": "lost_answer", "method": "DELETE", "times": 1}'

    def ready(serving: Serving) -> None:
        process.out.write(
            f"A Layers API for trying things out, with the fleet `{options.fleet}`, is at {serving.url}\n"
            f'  in the configuration:  [api] base_url = "{serving.url}"\n'
            f"  its key:               export LAYERS_API_KEY={DEFAULT_KEY.secret}\n"
            f"  its clock:             curl -d '{{\"advance_seconds\": 3600}}' {serving.url}/_sandbox/clock\n"
            f"  what it was asked:     curl {serving.url}/_sandbox/log\n"
            f"  its accounts, wallet:  curl {serving.url}/_sandbox/world\n"
            f"  to lose an answer:     curl -d '{lost}' {serving.url}/_sandbox/faults\n"
            f"  all that it takes:     curl {serving.url}/_sandbox/\n"
            "Ctrl-C ends it; nothing is kept.\n"
        )
        process.out.flush()

    with stopping_on_signals(stop):
        try:
            sandbox.serve_forever(options.port, stop, ready=ready)
        except OSError as error:
            raise Stop(Exit.USAGE, f"--port {options.port}: {error.strerror or error}") from None
    return Exit.DONE
