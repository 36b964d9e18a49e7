"""What is measured: `audit`, `forecast` and `report` as a person starts them, in a process of their own.

`python -m benchmarks.looks audit|forecast|report PORT PROJECTS ACCOUNTS THREADS FOLDER` runs it over a
configuration of so many projects and an empty ledger, to a pipe, and prints what that used.
"""

import sys
from io import StringIO
from pathlib import Path
from typing import Final

from benchmarks.measured import Meter
from watcher.adapters.clock import ProcessClock, SystemClock
from watcher.adapters.layers import options
from watcher.adapters.layers.options import Tier
from watcher.cli.main import main as command
from watcher.cli.process import Process

_CONFIGURATION = """\
[api]
base_url = "http://127.0.0.1:{port}"
tier = "partner"
threads = {threads}
[policies.standard.release]
when = "idle"
"""


FORMATS: Final = {"forecast": "json", "audit": "json", "report": "html"}
"""What each writes here."""


class _Counted(StringIO):
    """A pipe whose reader only counts: what is written is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.written = 0

    def write(self, text: str, /) -> int:
        self.written += len(text)
        return len(text)


def main(look: str, port: int, projects: int, accounts: int, threads: int, folder: Path) -> None:
    file = folder / f"{look}.toml"
    named = (
        f'[projects.p{number}]\nid = "prj_{number:08d}"\nenrolled = true\n' for number in range(projects)
    )
    file.write_text(_CONFIGURATION.format(port=port, threads=threads) + "".join(named))
    # The rate budget is kept but never full: what is measured is our work, not the provider's limit.
    options.ALLOWANCES[Tier.PARTNER] = options.Allowance(reads=10**9, writes=0)  # type: ignore[index]
    out, err = _Counted(), StringIO()
    process = Process(
        environ={"LAYERS_API_KEY": "lp_benchmark", "STATE_DIRECTORY": str(folder)},
        cwd=folder,
        clock=ProcessClock(SystemClock()),
        out=out,
        err=err,
    )
    meter = Meter()
    code = command((look, "--format", FORMATS[look], "--config", str(file)), process)
    assert code == 0, (code, err.getvalue()[-2_000:])
    assert out.written > 1_000, out.written
    meter.tell(projects * accounts, written=out.written)


if __name__ == "__main__":
    LOOK, PORT, PROJECTS, ACCOUNTS, THREADS, FOLDER = sys.argv[1:]
    main(LOOK, int(PORT), int(PROJECTS), int(ACCOUNTS), int(THREADS), Path(FOLDER))
