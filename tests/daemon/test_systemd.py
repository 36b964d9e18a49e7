"""What the service manager is told, over a real datagram socket."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from watcher.daemon.supervise import ServiceManager


@pytest.fixture(params=["path", "abstract"])
def heard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    address = str(tmp_path / "notify") if request.param == "path" else f"@lease-watcher-test-{tmp_path}"[:90]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address if request.param == "path" else f"\0{address[1:]}")
        listener.settimeout(10)
        yield listener, address


def test_it_is_told_in_its_own_words(heard: tuple[socket.socket, str]) -> None:
    listener, address = heard
    manager = ServiceManager(address=address)
    manager.ready()
    manager.alive()
    manager.status("last turn\n3 min ago")
    manager.stopping()

    said = [listener.recv(1024).decode() for _ in range(4)]
    assert said == ["READY=1", "WATCHDOG=1", "STATUS=last turn 3 min ago", "STOPPING=1"]


def test_one_that_does_not_read_holds_nobody_up(heard: tuple[socket.socket, str]) -> None:
    """Its queue was full: the daemon stood still at the next word, in the middle of a turn."""
    _, address = heard
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as full:
        full.connect(address if address.startswith("/") else f"\0{address[1:]}")
        with suppress(BlockingIOError):
            while True:
                full.send(b"STATUS=many words")

    manager = ServiceManager(address=address)
    for _ in range(100):
        manager.alive()
    manager.stopping()


@pytest.mark.parametrize("address", [None, "", "/nonexistent/notify"])
def test_nobody_listening_troubles_nobody(address: str | None) -> None:
    ServiceManager(address=address).ready()
