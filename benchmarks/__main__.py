"""`python -m benchmarks [--projects N] [--accounts N]`: a full dry turn beside the bare loop."""

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import perf_counter
from urllib.request import urlopen

from benchmarks.measured import Used, measured


@contextmanager
def served(accounts: int) -> Iterator[int]:
    """The port of a running server."""
    command = [sys.executable, "-m", "benchmarks.server", str(accounts)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()


def capacity(port: int) -> float:
    """Answers a second to one plain connection after another: what the server can do at least."""

    def ask() -> None:
        for _ in range(200):
            with urlopen(f"http://127.0.0.1:{port}/v1/projects/prj_00000000/leased-accounts") as answer:
                answer.read()

    start = perf_counter()
    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 400 / (perf_counter() - start)


def row(name: str, used: Used, base: Used) -> str:
    return (
        f"{name:<22} {used.wall:8.1f} s {used.wall / base.wall:6.2f} ×"
        f" {used.cpu / used.done * 1e6:8.1f} µs {used.cpu / base.cpu:6.2f} ×"
        f" {used.peak:8.0f} MiB {used.peak / base.peak:6.2f} ×"
    )


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=100, help="in each project")
    parser.add_argument("--threads", type=int, default=4)
    options = parser.parse_args()
    with served(options.accounts) as port:
        print(f"the server alone answers {capacity(port):,.0f} requests a second, unpipelined")
        print(f"{options.projects:,} projects × {options.accounts} accounts, {options.threads} threads\n")
        print(f"{'':<22} {'time':>10} {'':>8} {'CPU an account':>12} {'':>6} {'peak memory':>12}")
        words = (port, options.projects, options.threads)
        base = measured("benchmarks.bare_loop", *words)
        print(row("bare loop (baseline)", base, base))
        print(row("full dry turn", measured("benchmarks.dry_turn", *words), base))
        tenth = measured("benchmarks.dry_turn", port, max(options.projects // 10, 1), options.threads)
        print(row("… of a tenth of it", tenth, base))


if __name__ == "__main__":
    main()
