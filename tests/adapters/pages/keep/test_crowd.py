"""Many visitors at once."""

import socket
from urllib.request import urlopen

from tests.adapters.pages.keep.stage import standing


def test_four_silent_visitors_do_not_keep_people_from_the_button() -> None:
    """Four threads, each waits 10 s for a visitor that says nothing (for ever, if it trickles)."""
    with standing() as stand:
        url = stand.address + "/keep/" + stand.link.rsplit("/", 1)[1]
        host, port = url.split("/")[2].split(":")
        assert urlopen(url, timeout=5).status == 200
        silent = [socket.create_connection((host, int(port))) for _ in range(8)]
        for one in silent:
            one.sendall(b"GET / HTTP/1.1\r\nX: ")
        try:
            assert urlopen(url, timeout=5).status == 200
        finally:
            for one in silent:
                one.close()
