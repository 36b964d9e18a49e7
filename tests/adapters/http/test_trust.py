"""Whose certificates are trusted: those that curl trusts on the same machine, on every Python alike."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.adapters.http.raw import ok, raw_server
from watcher.adapters.clock import SystemClock
from watcher.adapters.http import trust
from watcher.adapters.http.answer import Answer, Unanswered, WhyUnanswered
from watcher.adapters.http.client import open_http


@contextmanager
def tls_server(context: ssl.SSLContext) -> Iterator[str]:
    """Answers 200 to whoever trusts it; its URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as end:
                end.recv(65536)
                end.sendall(ok(b"{}"))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def served_by(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def companys_own(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server, and the root that signed it, as companies make it: basicConstraints not critical."""
    now, root_key, leaf_key = datetime.now(UTC), *(ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    names = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("Company Root", "server")
    ]

    def signed(name: x509.Name, key: ec.EllipticCurvePrivateKey, ext: x509.ExtensionType) -> x509.Certificate:
        made = x509.CertificateBuilder().subject_name(name).issuer_name(names[0]).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).add_extension(ext, critical=False)
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuers = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
        made = made.add_extension(own, critical=False).add_extension(issuers, critical=False)
        made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        return made.sign(root_key, hashes.SHA256())

    root = signed(names[0], root_key, x509.BasicConstraints(ca=True, path_length=None))
    san = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    leaf = signed(names[1], leaf_key, san)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    whole = leaf.public_bytes(Encoding.PEM) + leaf_key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    (folder / "server.pem").write_bytes(whole)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context, folder / "root.pem"


def asked(url: str, environ: dict[str, str]) -> Answer | Unanswered:
    with open_http(clock=SystemClock(), timeout=timedelta(seconds=5), environ=environ) as http:
        return http.send("GET", url)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Where this Python's OpenSSL looks by itself, for a test to say; at first there is nothing."""
    places = SimpleNamespace(openssl_cafile="/nowhere/cert.pem", openssl_capath="/nowhere/certs")
    monkeypatch.setattr("ssl.get_default_verify_paths", lambda: places)
    monkeypatch.setattr(trust, "BUNDLES", ())
    trust.system_trust.cache_clear()
    yield places
    trust.system_trust.cache_clear()


def test_a_root_in_the_systems_store_is_trusted(tmp_path, system):
    """A company's root, installed as administrators do it, was trusted by curl and for mail and not here."""
    context, root = companys_own(tmp_path)
    system.openssl_cafile = str(root)
    with tls_server(context) as url:
        assert isinstance(asked(url, {}), Answer)
    assert trust.trust_in({}).store == f"the system's store ({root})"


def test_a_store_that_openssl_does_not_look_for_is_found(tmp_path, system, monkeypatch):
    """uv's Python brings an OpenSSL that looks where nothing is."""
    context, root = companys_own(tmp_path)
    monkeypatch.setattr(trust, "BUNDLES", ("/nowhere.pem", str(root)))
    with tls_server(context) as url:
        assert isinstance(asked(url, {}), Answer)
    assert trust.bundle_in({}) == str(root)


def test_a_machine_without_a_store_trusts_the_list_that_came_along(tmp_path, system):
    (tmp_path / "cert.pem").write_text("damaged")
    system.openssl_cafile = str(tmp_path / "cert.pem")
    trusted = trust.trust_in({})
    assert "certifi" in trusted.store
    assert trusted.context.cert_store_stats()["x509_ca"] > 50


def test_a_folder_of_hashed_certificates_is_a_store(tmp_path, system):
    (tmp_path / "0a1b2c3d.0").write_text("read when it is asked for")
    system.openssl_capath = str(tmp_path)
    assert trust.trust_in({}).store == f"the system's store ({tmp_path})"


def test_a_root_whose_constraints_are_not_critical_is_trusted_on_every_python(tmp_path):
    """It worked on Python 3.11 and not on the image's 3.13, whose standard library is stricter than curl."""
    context, root = companys_own(tmp_path)
    strict = ssl.create_default_context(cafile=root)
    strict.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    with tls_server(context) as url:
        assert isinstance(asked(url, {"SSL_CERT_FILE": str(root)}), Answer)
        host, port = "127.0.0.1", int(url.rpartition(":")[2].strip("/"))
        with (
            socket.create_connection((host, port)) as sock,
            pytest.raises(ssl.SSLError, match="Basic Constraints"),
        ):
            strict.wrap_socket(sock, server_hostname=host)


def test_who_trusts_one_link_of_a_chain_needs_not_its_root(tmp_path):
    """As with curl: a proxy's own authority, say, that a company's root has signed."""
    between = trustme.CA().create_child_ca()
    between.cert_pem.write_to_path(str(tmp_path / "between.pem"))
    with tls_server(served_by(between.issue_cert("127.0.0.1"))) as url:
        assert isinstance(asked(url, {"SSL_CERT_FILE": str(tmp_path / "between.pem")}), Answer)


def test_who_is_not_trusted_is_sent_nothing_and_why_is_said_in_words(tmp_path):
    context, _ = companys_own(tmp_path)
    with tls_server(context) as url:
        outcome = asked(url, {})
    assert outcome == Unanswered(
        trouble="no_connection",
        detail="its certificate is not trusted: unable to get local issuer certificate",
    )


def test_a_silent_server_keeps_no_other_handshake_waiting(tmp_path):
    """`truststore` holds a lock for as long as a handshake takes: a dead webhook would delay a release."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = served_by(authority.issue_cert("127.0.0.1"))
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        tls_server(context) as url,
        open_http(
            clock=SystemClock(),
            timeout=timedelta(seconds=2),
            environ={"SSL_CERT_FILE": str(tmp_path / "ca.pem")},
        ) as http,
    ):
        dead = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        waiting = threading.Thread(target=http.send, args=("GET", dead))
        waiting.start()
        connection, _ = silent.accept()
        with connection:
            answer = http.send("GET", url)
            still = waiting.is_alive()
        waiting.join()
    assert isinstance(answer, Answer)
    assert still


def test_a_certificate_that_is_not_trusted_behind_a_proxy_says_which_proxy(tmp_path):
    context, _ = companys_own(tmp_path)

    def tunnel(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with suppress(OSError):
            context.wrap_socket(connection, server_side=True)

    with raw_server(tunnel) as proxy:
        outcome = asked("https://api.example/", {"HTTPS_PROXY": proxy.url})
    assert isinstance(outcome, Unanswered)
    assert outcome.trouble is WhyUnanswered.NO_CONNECTION
    assert outcome.detail.startswith("its certificate is not trusted: ")
    assert outcome.detail.endswith(f" (through the proxy {proxy.url})")
