"""Where messages are sent, and where they are not: judged by the address that is connected to."""

import socket
from datetime import timedelta

import pytest

from tests.adapters.http.holes import resolving
from tests.adapters.http.raw import ok, raw_server, saying
from watcher.adapters.clock import SystemClock
from watcher.adapters.http.addresses import forbidden, is_private_address, not_outside, require_safe_url
from watcher.adapters.http.answer import Answer, Unanswered, WhyUnanswered
from watcher.adapters.http.client import open_http
from watcher.adapters.http.connect import Inside, OutOfBounds

OUTSIDE = (
    "93.184.216.34",
    "2606:2800:220:1::1",
    "64:ff9b::5db8:d822",  # what every public IPv4 receiver looks like behind DNS64
    "64:ff9b:1::5db8:d822",
    "64:ff9b:1:5db8:d8:2200::",
    "2002:5db8:d822::1",
    "::93.184.216.34",
    "::ffff:93.184.216.34",
    "2001:0:5db8:d822:0:0:a247:27dd",
    "127.0.0.1",
    "127.9.9.9",
    "::1",
    "::ffff:127.0.0.1",
)
INSIDE = (
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "0.0.0.0",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "::",
    "fd12::1",
    "fec0::1",
    "feff::1",
    "2001:db8::1",
    "4000::1",
    "100::1",
    "64:ff9b::a01:203",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a01:203",
    "64:ff9b:1:a01:2:300::",
    "64:ff9b:1:a:1:203::",
    "64:ff9b:1:0:a:102:300:0",
    "2002:a01:203::1",
    "2002:7f00:1::",
    "::10.1.2.3",
    "::127.0.0.1",
    "::ffff:10.1.2.3",
    "2001:0:5db8:d822:0:0:f5fe:fdfc",
)
NOWHERE = (
    "169.254.169.254",
    "169.254.0.1",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "224.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "ff02::1",
    "ff0e::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "::ffff:169.254.169.254",
    "::169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::",
)


@pytest.mark.parametrize("address", OUTSIDE)
def test_the_open_internet_and_this_machine_are_reached_by_everything(address):
    """A receiver behind a network's own DNS64 (64:ff9b:1::/48), 6to4 or Teredo was refused as private."""
    assert not_outside("hooks.example", address) is None
    assert forbidden("hooks.example", address) is None


@pytest.mark.parametrize("address", INSIDE)
def test_a_private_network_is_reached_only_by_what_is_meant_for_it(address):
    """`64:ff9b::a01:203`, `2002:a01:203::1`, `::10.1.2.3` and `fec0::1` passed for the open internet."""
    assert isinstance(not_outside("hooks.example", address), Inside)
    assert forbidden("hooks.example", address) is None


@pytest.mark.parametrize("address", NOWHERE)
def test_metadata_links_and_many_hosts_are_reached_by_nothing(address):
    assert isinstance(forbidden("hooks.example", address), OutOfBounds)
    why = not_outside("hooks.example", address)
    assert isinstance(why, OutOfBounds)
    assert not isinstance(why, Inside)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.169.254.",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "metadata.google.internal",
        "METADATA.google.internal.",
    ],
)
def test_no_url_names_them_however_they_are_spelt(host):
    with pytest.raises(ValueError, match="nothing is sent there"):
        require_safe_url(f"https://{host}/latest")


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "167772161", "0xa.1", "012.0.0.1", "10.1", "[fd12::1]", "10.0.0.1."]
)
def test_an_address_is_private_however_it_is_spelt(host):
    assert is_private_address(f"https://{host}/x")


@pytest.mark.parametrize("host", ["hooks.example", "2130706433", "127.1", "[::1]", "8.8.8.8", "134744072"])
def test_others_are_not(host):
    assert not is_private_address(f"https://{host}/x")


def test_a_name_is_resolved_once_and_the_checked_address_is_connected_to(monkeypatch):
    """The guard asked the name server, and the connection asked again: a second answer led inside."""
    real, asked = socket.getaddrinfo, []
    with raw_server(saying(ok(b"{}"))) as server:

        def rebinding(host: str, port: int, *rest: int, **options: int) -> list[object]:
            if host == "127.0.0.1":
                # What is an address already is asked of nobody.
                return real(host, port, *rest, **options)
            asked.append(host)
            return [(socket.AF_INET, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.1.2.3", 0))]

        monkeypatch.setattr("socket.getaddrinfo", rebinding)
        with open_http(clock=SystemClock(), timeout=timedelta(seconds=5), environ={}) as http:
            answer = http.send("POST", f"http://hooks.example:{server.port}/", outside_only=True)
    assert isinstance(answer, Answer)
    assert asked == ["hooks.example"]


@pytest.mark.parametrize("address", ["10.1.2.3", "169.254.169.254"])
def test_a_name_with_one_address_too_many_is_not_reached_at_all(monkeypatch, address):
    with raw_server(saying(ok(b"{}"))) as server:
        resolving(monkeypatch, "hooks.example", "127.0.0.1", address)
        with open_http(clock=SystemClock(), timeout=timedelta(seconds=5), environ={}) as http:
            outcome = http.send("POST", f"http://hooks.example:{server.port}/", outside_only=True)
    assert isinstance(outcome, Unanswered)
    assert outcome.trouble is (WhyUnanswered.INSIDE if address == "10.1.2.3" else WhyUnanswered.OUT_OF_BOUNDS)
    assert server.heads == []


def test_a_connection_made_for_what_may_go_inside_serves_nothing_else(monkeypatch):
    """Connections are kept: what one kind was allowed must not be another's way in."""
    hello = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with raw_server(lambda one, ending: (one.sendall(hello), ending.wait(1))) as server:
        resolving(monkeypatch, "inside.example", "127.0.0.1")
        with open_http(clock=SystemClock(), timeout=timedelta(seconds=5), environ={}) as http:
            url = f"http://inside.example:{server.port}/"
            assert isinstance(http.send("POST", url), Answer)
            resolving(monkeypatch, "inside.example", "10.1.2.3")
            outcome = http.send("POST", url, outside_only=True)
    assert isinstance(outcome, Unanswered)
    assert outcome.trouble is WhyUnanswered.INSIDE


def test_localhost_is_this_machine_or_nobody(monkeypatch):
    """Plain http to it may carry the key: a name server that says otherwise is not believed."""
    resolving(monkeypatch, "localhost", "93.184.216.34")
    with open_http(clock=SystemClock(), timeout=timedelta(seconds=5), environ={}) as http:
        outcome = http.send("GET", "http://localhost:8080/")
    assert isinstance(outcome, Unanswered)
    assert outcome.trouble is WhyUnanswered.OUT_OF_BOUNDS
