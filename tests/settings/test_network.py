"""What the environment says about the network is checked like a file: one sentence, and no secret in it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from watcher.settings.findings import Gravity
from watcher.settings.load import Bad, Good, load

NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)
RANGES = (
    "localhost,127.0.0.1,10.0.0.0/8,fd07:b51a:cc66:f0::/64,[::1],[fd00::1]:8443,.svc,http://,://,:,[,*.x,a:b"
)


def loaded(folder: Path, **environ: str) -> Good | Bad:
    file = folder / "lease-watcher.toml"
    file.write_text('[projects.acme]\nid = "prj_acme"\n')
    return load(file, {"LAYERS_API_KEY": "lp_x", "HOME": str(folder), **environ}, folder, NOW)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    "value",
    [
        "socks5://user:S3cr3t@proxy:1080",
        "socks5h://S3cr3t@proxy",
        "ftp://user:S3cr3t@proxy",
        "http://user:S3cr3t/pw@proxy:3128",
        "http://user:1234/S3cr3t@proxy:3128",
        "http://user:pw#S3cr3t@proxy",
        "http://user:pw?S3cr3t@proxy",
        "http://[::1:3128/S3cr3t",
        "http://proxy:S3cr3t",
        "http://proxy:99999#S3cr3t",
        "http://:3128/S3cr3t",
        "http://S3cr3t proxy:3128",
        "http://S3cr3t\\proxy",
        "S3cr3t://proxy",
        "://S3cr3t",
        "user:S3cr3t/x@proxy",
        "http://S3cr3t\N{LATIN SMALL LETTER E WITH ACUTE}@proxy",
    ],
)
def test_a_proxy_that_cannot_be_used_is_one_finding_without_its_password(tmp_path, name, value):
    """`HTTPS_PROXY=http://user:S3cr/etpw@proxy` was a traceback that quoted the password's beginning."""
    bad = loaded(tmp_path, **{name: value})
    assert isinstance(bad, Bad)
    (finding,) = bad.findings
    assert (finding.severity, finding.file, finding.key) == (Gravity.ERROR, None, name)
    assert "s3cr3t" not in str(finding).lower()
    assert bad.rest is not None, "the ledger can be spoken to all the same"


@pytest.mark.parametrize(
    "environ",
    [
        {"NO_PROXY": RANGES},
        {"no_proxy": RANGES, "HTTPS_PROXY": "http://proxy:3128"},
        {"HTTPS_PROXY": "proxy:3128"},
        {"HTTPS_PROXY": "http://user:p%2Fw@[fd00::1]:3128/"},
        {"https_proxy": "https://proxy.example"},
        {"HTTPS_PROXY": "", "ALL_PROXY": "", "SSL_CERT_FILE": "", "SSL_CERT_DIR": "", "SSLKEYLOGFILE": ""},
        {"https_proxy": "", "HTTPS_PROXY": "nonsense://"},
        {"HTTPS_PROXY": "http://proxy:3128", "ALL_PROXY": "socks5://never:read@proxy"},
        {"HTTP_PROXY": "nonsense://", "REQUESTS_CA_BUNDLE": "/nowhere"},
    ],
)
def test_what_is_harmless_works(tmp_path, environ):
    """A range of IPv6 addresses in `NO_PROXY`, as Docker writes it, was a traceback and a restart loop."""
    good = loaded(tmp_path, **environ)
    assert isinstance(good, Good)
    assert [each.key for each in good.warnings if each.file is None] == []


def test_certificates_that_are_not_there_are_named(tmp_path):
    (tmp_path / "no.pem").write_text("no certificate")
    (tmp_path / "folder").mkdir()
    for variable, value, words in (
        ("SSL_CERT_FILE", tmp_path / "missing.pem", "no such file"),
        ("SSL_CERT_FILE", tmp_path / "no.pem", "no certificates in PEM"),
        ("SSL_CERT_FILE", tmp_path, "is no file"),
        ("SSL_CERT_FILE", "/dev/null", "is no file"),
        ("SSL_CERT_DIR", tmp_path / "missing", "by their hashes"),
        ("SSL_CERT_DIR", tmp_path / "folder", "by their hashes"),
        ("SSLKEYLOGFILE", tmp_path / "missing" / "keys.log", "no such file"),
        ("SSLKEYLOGFILE", tmp_path, "is a directory"),
    ):
        bad = loaded(tmp_path, **{variable: str(value)})
        assert isinstance(bad, Bad)
        (finding,) = bad.findings
        assert finding.key == variable
        assert str(value) in finding.message
        assert words in finding.message


def test_certificates_that_are_there_work_and_written_keys_are_a_warning(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "hashed").mkdir()
    (tmp_path / "hashed" / "0a1b2c3d.0").write_bytes(authority.cert_pem.bytes())
    good = loaded(
        tmp_path,
        SSL_CERT_FILE=str(tmp_path / "ca.pem"),
        SSL_CERT_DIR=str(tmp_path / "hashed"),
        SSLKEYLOGFILE=str(tmp_path / "keys.log"),
    )
    assert isinstance(good, Good)
    assert [(each.severity, each.key) for each in good.warnings] == [(Gravity.WARNING, "SSLKEYLOGFILE")]


def test_all_of_them_are_told_at_once(tmp_path):
    bad = loaded(tmp_path, HTTPS_PROXY="ftp://proxy", SSL_CERT_FILE="/nowhere", SSLKEYLOGFILE="/no/where")
    assert isinstance(bad, Bad)
    assert [each.key for each in bad.findings] == ["HTTPS_PROXY", "SSLKEYLOGFILE", "SSL_CERT_FILE"]
