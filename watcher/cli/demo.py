"""The demo: what its partner configured, and its scenes, each a command, run as it is in production."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from watcher.adapters.clock import MovableClock
from watcher.cli.main import main
from watcher.cli.process import Process
from watcher.cli.render.sheet import laid_out
from watcher.record.exit_codes import Exit
from watcher.sandbox import DEFAULT_KEY, Sandbox, fleets
from watcher.sandbox.fleets import mixed_fleet
from watcher.texts.money import dollars
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, zone

_UTC = zone("UTC")
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"

NAME = "lease-watcher.toml"

_CONFIGURATION = """\
mode = "enforce"

[api]
base_url = "{url}"
tier = "partner"

[store]
url = "sqlite:///watcher.db"

[brakes]
max_share = 0.3         # the demo's fleet is small: 3 of 15 accounts are above the default of 0.1

[projects.acme-coffee]
id = "{acme}"
enrolled = true
[projects.northwind-travel]
id = "{northwind}"
enrolled = true
[projects.lumen-fitness]
id = "{lumen}"
enrolled = true

[policies.standard.release]
when = "idle"           # unused for 21 days, by default
notice = "24h"
lead = "6h"

[policies.standard.protect]
handles = ["brand.*"]
min_followers = 50000

[notifiers.ops]
kind = "webhook"
url = "{url}/_sandbox/inbox"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A partner at a terminal, whose clock and sandbox move together."""

    process: Process
    sandbox: Sandbox
    clock: MovableClock

    def tell(self) -> Exit:
        """Every scene in turn; the first one that ends other than well ends the demo with its code."""
        self._say("A sandbox of the Layers API serves 3 projects with 15 leased accounts, on this machine.")
        for code in self._scenes():
            if code:
                early = f"The demo ended early (exit {code})"
                self._say(f"{early}. Unless you stopped it, that is a defect: please report it.")
                return Exit(code)
        self._money()
        return Exit.DONE

    def _scenes(self) -> Iterator[int]:
        self._say("What is leased, what does it cost, and who uses it? An audit only reads.")
        yield self._run("audit")
        self._say("The first turn announces what is to go. Nothing is released before a day's notice.")
        yield self._run("run", "--once")
        self._say("Somebody needs one of them.")
        yield self._run("hold", "@campaign.reserve", "--reason", "holiday campaign", "--by", "maria")
        yield self._pass(timedelta(hours=15))
        yield self._run("run", "--once")
        yield self._pass(timedelta(hours=15, minutes=20))
        self._say("The windows of three unused accounts are open: this turn gives them back.")
        yield self._run("run", "--once")
        self._say("The ledger's story of one of them:")
        yield self._run("history", "@latte.art.lab")
        self._say("And why was the held one kept?")
        yield self._run("explain", "@campaign.reserve")

    def _run(self, *words: str) -> int:
        self._line(f"\n$ lease-watcher {shlex.join(words)}", _BOLD)
        return main(words, self.process)

    def _pass(self, time: timedelta) -> int:
        self.clock.advance(time)
        self._say(f"… the clock moves on, to {clock_time(self.clock.now(), _UTC)} …")
        return Exit.DONE

    def _money(self) -> None:
        world, log = self.sandbox.world, self.sandbox.log
        saved = sum(world.accounts[one.account].price_cents for one in world.releases)
        cause = next(one.reason for one in world.releases if one.account == mixed_fleet.LATTE_ART_LAB)
        self._say(
            f"The sandbox counted {counted(log.deletes_received, 'DELETE request')} and "
            f"{counted(len(world.releases), 'release')}, each with its reason, such as “{cause}”.\n"
            f"Saved: {dollars(saved)} of this month's renewals, and every month after."
        )

    def _say(self, text: str) -> None:
        self._line(f"\n{text}", _DIM)

    def _line(self, text: str, style: str) -> None:
        out = self.process.out
        told = laid_out(text, self.process.width)
        out.write(f"{style}{told.rstrip()}{_PLAIN}\n" if self.process.color else told)
        out.flush()


@contextmanager
def stage(process: Process, folder: Path) -> Iterator[Story]:
    """A served sandbox and a configuration for it in `folder`, both on a clock that can be moved."""
    clock = MovableClock(process.clock.now().replace(microsecond=0))
    # The server's own clock, its Date header and the renewals follow the demo's.
    sandbox = Sandbox(fleet=fleets.mixed(clock.now()), clock=clock.now)
    with sandbox.serve() as serving:
        file = folder / NAME
        file.write_text(configuration(serving.url), encoding="utf-8")
        environ = {
            name: value
            for name, value in process.environ.items()
            # Nothing of a real installation on this machine may reach the demo.
            if not name.startswith("WATCHER_") and name not in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY")
        }
        yield Story(
            process=replace(
                process,
                environ={**environ, "LAYERS_API_KEY": DEFAULT_KEY.secret, "WATCHER_CONFIG": str(file)},
                cwd=folder,
                clock=clock,
            ),
            sandbox=sandbox,
            clock=clock,
        )


def configuration(url: str) -> str:
    """A configuration for the mixed fleet of a sandbox at `url`."""
    return _CONFIGURATION.format(
        url=url,
        acme=mixed_fleet.ACME_COFFEE,
        northwind=mixed_fleet.NORTHWIND_TRAVEL,
        lumen=mixed_fleet.LUMEN_FITNESS,
    )
