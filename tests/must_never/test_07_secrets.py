"""Never leak the API key or a notifier's secret; the key travels over TLS or loopback, and no redirect."""

import json
import logging
import os
import traceback
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.adapters.http.raw import raw_server, saying
from tests.stage import CLOSES, KEY, LATTE, NOW, OPENS, M, Stage
from watcher.domain.exits import Exit, exit_of
from watcher.sandbox import DropBefore, Fault, Html, LostAnswer, ServerError, Suspended, Truncated
from watcher.settings.load import Bad, load

TOKEN = "tok_hook_8Jq1_never_to_be_shown"
SIGNING = "whsec_c2lnbmluZ19uZXZlcl90b19iZV9zaG93bg=="
SECRETS = (KEY.secret, TOKEN, SIGNING)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.configure({"notifiers.ops.signing_key": SIGNING})
    return stage


def shown(text: str | bytes) -> list[str]:
    """Which secrets stand in it."""
    data = text.encode() if isinstance(text, str) else text
    return [secret for secret in SECRETS if secret.encode() in data]


def left_behind(stage: Stage) -> bytes:
    """Everything on the disk but the configuration that a partner wrote."""
    files = [file for file in stage.folder.rglob("*") if file.is_file() and file.suffix != ".toml"]
    assert files
    return b"".join(file.read_bytes() for file in files)


def test_no_turn_leaves_a_secret_anywhere_whatever_goes_wrong(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reports = [stage.turn()]
    stage.configure({"notifiers.ops.url": f"http://127.0.0.1:9/{TOKEN}"})
    mishaps: Sequence[Fault] = (
        ServerError(status=401, code="UNAUTHENTICATED"),
        Suspended(),
        DropBefore(),
        Html(),
        Truncated(path="leased-accounts"),
        ServerError(path="scheduled-posts", status=403, code="FORBIDDEN_SCOPE"),
    )
    for number, fault in enumerate(mishaps):
        stage.fault(fault)
        reports.append(stage.turn_at(NOW + (number + 1) * 15 * M))
        stage.sandbox.clear_faults()
    stage.turn_at(OPENS - 12 * 60 * M)
    stage.fault(LostAnswer(method="DELETE"))
    reports.append(stage.turn_at(OPENS))
    reports.append(stage.turn_at(CLOSES))
    assert stage.released == [LATTE.id]
    assert reports[-1].undelivered > 0
    assert shown(repr(reports)) == []
    assert shown(left_behind(stage)) == []
    assert shown(json.dumps(stage.sandbox.inbox)) == []
    assert shown(caplog.text) == []
    assert shown("".join(entry.path for entry in stage.sandbox.log.entries)) == []
    assert shown("".join(entry.reason or "" for entry in stage.sandbox.log.entries)) == []


def test_no_traceback_shows_one_not_even_with_every_local_variable(stage: Stage) -> None:
    def defect() -> None:
        raise ZeroDivisionError

    stage.watch_until(OPENS)
    with pytest.raises(ZeroDivisionError) as caught:
        stage.turn(before_sending=defect)
    story = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert shown("".join(story.format())) == []


def test_no_value_prints_one(stage: Stage) -> None:
    with stage.opened() as turns:
        assert shown(repr(turns)) == []
    assert shown(repr(stage.settings())) == []


def test_the_key_is_no_argument_of_any_process(stage: Stage) -> None:
    stage.turn()
    assert shown(Path(f"/proc/{os.getpid()}/cmdline").read_bytes()) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://api.layers.com",
        "http://127.0.0.1.nip.io",
        "http://[::ffff:93.184.216.34]",
        "http://0.0.0.0:8080",
        "http://user:pass@127.0.0.1",
    ],
)
def test_the_key_travels_over_tls_or_to_this_machine(tmp_path: Path, url: str) -> None:
    file = tmp_path / "lease-watcher.toml"
    file.write_text(f'[api]\nbase_url = "{url}"\n')
    loaded = load(file, {"LAYERS_API_KEY": KEY.secret, "HOME": str(tmp_path)}, tmp_path, NOW)
    assert isinstance(loaded, Bad)
    assert [each.key for each in loaded.findings] == ["api.base_url"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_key_never_follows_a_redirect(stage: Stage, status: int) -> None:
    with raw_server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as elsewhere:
        head = f"HTTP/1.1 {status} Away\r\nLocation: {elsewhere.url}/v1/whoami\r\nContent-Length: 0\r\n\r\n"
        with raw_server(saying(head.encode())) as first:
            stage.configure({"api.base_url": first.url})
            report = stage.turn()
        assert exit_of(report) is Exit.UNREADABLE
        assert shown(first.heads[0]) == [KEY.secret]
        assert elsewhere.heads == []
