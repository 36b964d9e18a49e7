"""The units agree with each other, with the program they start, and with the systemd of Debian 12."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.house.units import SERVICES, SYSTEMD, TIMERS, assignments, unit
from watcher.cli.parser import build_parser
from watcher.record.exit_codes import Exit
from watcher.settings.read.config_file import SYSTEM
from watcher.settings.read.secrets import KEY_CREDENTIAL

DAEMON = "lease-watcher.service"
PROGRAM = "/opt/lease-watcher/bin/lease-watcher"
CREDENTIALS_FAILED = 243
"""systemd's own exit status for a service whose credential is not there."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="needs systemd-analyze (apt install systemd)"
)


def systemd_analyze(*words: str) -> str:
    done = subprocess.run(["systemd-analyze", *words], capture_output=True, text=True)
    return done.stdout + done.stderr


def in_a_tree(tmp_path: Path, names: Sequence[str]) -> list[str]:
    """The units with a program that there is: `verify` looks whether it can be started."""
    program = tmp_path / "lease-watcher"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for name in names:
        text = (SYSTEMD / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(PROGRAM, str(program)), encoding="utf-8")
    return [str(tmp_path / name) for name in names]


@needs_systemd
def test_systemd_has_nothing_to_say_about_any_unit(tmp_path: Path) -> None:
    """It exits 0 on keys it does not know: any output is a mistake."""
    assert systemd_analyze("verify", "--man=no", *in_a_tree(tmp_path, [*SERVICES, *TIMERS])) == ""


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_hardly_exposed(name: str) -> None:
    said = systemd_analyze("security", "--offline=true", "--no-pager", str(SYSTEMD / name))
    exposure = re.search(r"exposure level for \S+ (\d+\.\d+)", said)

    assert exposure is not None, said
    assert float(exposure[1]) <= 1.1


def hardening(name: str) -> list[tuple[str, str]]:
    lines = assignments(name)
    return lines[lines.index(("AmbientCapabilities", "")) :]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened_alike(name: str) -> None:
    assert hardening(name) == hardening(DAEMON)


@pytest.mark.parametrize("name", SERVICES)
def test_a_core_dump_could_not_hold_the_key(name: str) -> None:
    assert unit(name)["Service"]["LimitCORE"] == "0"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_a_command_that_there_is(name: str) -> None:
    program, *words = shlex.split(unit(name)["Service"]["ExecStart"])

    assert program == PROGRAM
    assert build_parser().parse_args(words).command in ("run", "audit")


@pytest.mark.parametrize("name", SERVICES)
def test_the_key_comes_as_the_credential_that_is_read(name: str) -> None:
    credential, place = unit(name)["Service"]["LoadCredential"].split(":")

    assert credential == KEY_CREDENTIAL
    assert Path(place).parent == SYSTEM.parent


@pytest.mark.parametrize("name", SERVICES)
def test_all_services_keep_the_ledger_as_one_user(name: str) -> None:
    """With a user each, starting the audit would take the daemon's ledger away."""
    service = unit(name)["Service"]

    assert service["DynamicUser"] == "yes"
    assert (service["User"], service["StateDirectory"]) == ("lease-watcher", "lease-watcher")


@pytest.mark.parametrize("name", [DAEMON, "lease-watcher-once.service"])
def test_a_service_waits_for_a_release_under_way(name: str) -> None:
    """10 s for the request, then up to 60 s until the lists show it."""
    assert int(unit(name)["Service"]["TimeoutStopSec"].removesuffix("s")) >= 120


def test_what_does_not_mend_itself_is_not_started_again() -> None:
    statuses = {int(word) for word in unit(DAEMON)["Service"]["RestartPreventExitStatus"].split()}

    assert statuses == {Exit.CONFIGURATION, Exit.USAGE, CREDENTIALS_FAILED}


def test_the_daemon_is_never_given_up_by_its_own_restarts() -> None:
    """As many starts as its pauses allow within the interval are below the limit."""
    limits, service = unit(DAEMON)["Unit"], unit(DAEMON)["Service"]
    interval = int(limits["StartLimitIntervalSec"].removesuffix("min"))
    pause = int(service["RestartSec"].removesuffix("min"))

    assert interval // pause + 1 <= int(limits["StartLimitBurst"])


def test_the_daemon_is_watched_and_reloads_by_a_signal() -> None:
    service = unit(DAEMON)["Service"]

    assert service["Type"] == "notify"
    assert "WatchdogSec" in service
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"


@pytest.mark.parametrize("name", TIMERS)
def test_a_timer_catches_up_and_starts_a_service_that_there_is(name: str) -> None:
    assert unit(name)["Timer"]["Persistent"] == "true"
    assert name.replace(".timer", ".service") in SERVICES


def test_a_shell_finds_what_the_units_are_handed(tmp_path: Path) -> None:
    """With `LoadCredential=notifiers.ops.url:…` every `hold` at a shell ended with 78: no URL."""
    program = tmp_path / "lease-watcher"
    said = '"$WATCHER_CONFIG" "$STATE_DIRECTORY" "$CREDENTIALS_DIRECTORY" "$@"'
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' {said}\n")
    program.chmod(0o755)
    script = (SYSTEMD / "lease-watcher").read_text(encoding="utf-8")
    words = ["sh", "-c", script.replace(PROGRAM, str(program)), "sh", "hold", "@a b"]
    done = subprocess.run(words, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}, check=True)
    service = unit(DAEMON)["Service"]
    credentials = Path(service["LoadCredential"].partition(":")[2]).parent

    assert PROGRAM in script
    state = f"/var/lib/{service['StateDirectory']}"
    assert done.stdout.splitlines() == [str(SYSTEM), state, str(credentials), "hold", "@a b"]


def test_what_debian_12_does_not_know_is_commented() -> None:
    text = (SYSTEMD / "lease-watcher.service.d" / "newer-systemd.conf").read_text(encoding="utf-8")

    assert [line for line in text.splitlines() if line and not line.startswith("#")] == ["[Service]"]
