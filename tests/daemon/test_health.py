"""A running daemon, asked how it is: by hand, and by a real Prometheus."""

import json
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from tests.daemon.test_reload import Running, running
from tests.daemon.test_serving import TEXT, until
from tests.ports import free_port


def asked(url: str) -> tuple[int, bytes]:
    try:
        with urlopen(url, timeout=10) as answer:  # a fixed loopback address
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()


@contextmanager
def watched(tmp_path: Path, **environ: str) -> Iterator[tuple[Running, str]]:
    port = free_port()
    text = f'{TEXT}[health]\nlisten = "127.0.0.1:{port}"\n'
    with running(tmp_path, text=text, **environ) as one:
        yield one, f"http://127.0.0.1:{port}"


def metric(url: str, name: str) -> float | None:
    lines = asked(f"{url}/metrics")[1].decode().splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(f"{name} ")), None)


def test_a_daemon_that_took_a_good_turn_is_ready(tmp_path: Path) -> None:
    with watched(tmp_path) as (one, url):
        until(lambda: asked(f"{url}/readyz")[0] == 200)
        assert asked(f"{url}/healthz")[0] == 200
        until(lambda: metric(url, "lease_watcher_last_good_turn_timestamp_seconds") is not None)
        assert metric(url, "lease_watcher_committed_cents") == 30_000
        assert metric(url, "lease_watcher_next_opening_timestamp_seconds") is not None
        assert b'lease_watcher_api_requests_total{class="read",status="200"}' in asked(f"{url}/metrics")[1]
        assert b"sa_idle" not in asked(f"{url}/metrics")[1]

        one.change("warn = []", "this is no TOML")
        one.reload()
        until(lambda: b'standing_problems{kind="config.refused"} 1.0' in asked(f"{url}/metrics")[1])


def test_one_without_its_api_is_alive_and_not_ready(tmp_path: Path) -> None:
    with watched(tmp_path, LAYERS_API_KEY="lp_wrong") as (_, url):
        assert asked(f"{url}/healthz")[0] == 200
        status, body = asked(f"{url}/readyz")
        assert (status, [each["reason"] for each in json.loads(body)["why"]]) == (503, ["no_good_turn"])
        until(lambda: metric(url, "lease_watcher_last_turn_exit_code") == 77)
        assert metric(url, "lease_watcher_ready") == 0


def test_one_whose_disk_is_full_is_not_ready_until_there_is_room(tmp_path: Path) -> None:
    with watched(tmp_path) as (one, url):
        until(lambda: asked(f"{url}/readyz")[0] == 200)
        resource.prlimit(one.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        one.hang_up()
        until(lambda: asked(f"{url}/readyz")[0] == 503)
        assert "ledger_not_writable" in asked(f"{url}/readyz")[1].decode()
        assert asked(f"{url}/healthz")[0] == 200
        until(lambda: one.logged("turn failed"))
        assert "disk" in one.logged("turn failed")[0]["why"]
        assert not any("exception" in line for line in list(one.lines))

        resource.prlimit(one.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        one.hang_up()
        until(lambda: asked(f"{url}/readyz")[0] == 200)


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed")
def test_a_real_prometheus_shows_the_series(tmp_path: Path) -> None:
    port, folder = free_port(), tmp_path / "prometheus"
    folder.mkdir()
    with watched(tmp_path) as (_, url):
        address = url.removeprefix("http://")
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s}\n"
            f"scrape_configs: [{{job_name: lease-watcher, static_configs: [{{targets: ['{address}']}}]}}]\n"
        )
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

        def series(query: str) -> list[dict[str, object]]:
            try:
                status, body = asked(f"http://127.0.0.1:{port}/api/v1/query?query={quote(query)}")
            except URLError:
                return []
            return list(json.loads(body)["data"]["result"]) if status == 200 else []

        try:
            until(lambda: series("lease_watcher_committed_cents"))
            (found,) = series("lease_watcher_committed_cents")
            up = series('up{job="lease-watcher"} == 1')
        finally:
            process.terminate()
            process.wait(timeout=30)

    assert found["value"][1] == "30000"  # type: ignore[index]
    assert len(up) == 1
