"""Never leak the API key or a notifier's secret; the key travels over TLS or loopback, and no redirect."""

import json
import logging
import os
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from functools import partial
from io import StringIO
from itertools import product
from pathlib import Path

import pytest

from tests.adapters.http.raw import raw_server, saying
from tests.must_never.echo import Said, in_front_of
from tests.stage import CLOSES, KEY, LATTE, NOW, OPENS, M, S, Stage
from watcher.adapters.metrics.exposition import exposition
from watcher.cli.render.machine import turn_json
from watcher.cli.render.turn_text import render_turn
from watcher.decide.exits import exit_of, in_one_line
from watcher.decide.measures import Measures, Tally
from watcher.decide.report import Report
from watcher.record.exit_codes import Exit
from watcher.sandbox import DropBefore, Fault, Html, LostAnswer, ServerError, Suspended, Truncated
from watcher.settings.load import Bad, load

pytestmark = pytest.mark.disk

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


def percent(secret: str) -> str:
    return "".join(f"%{ord(sign):02x}" for sign in secret)


FORMS: Sequence[Callable[[str], str]] = (
    str,
    percent,
    lambda secret: b64encode(secret.encode()).decode("ascii"),
    lambda secret: b64encode(f"Bearer {secret}".encode()).decode("ascii"),
    lambda secret: secret.encode().hex(),
)
"""How a server may say back what it was told."""


def refused(status: int, **error: object) -> Callable[[Said, str], Said]:
    return lambda said, echo: said.with_body(
        {"error": {name: echo if value is ... else value for name, value in error.items()}}, status=status
    )


def in_each_header(said: Said, echo: str) -> Said:
    names = ("X-Request-Id", "Location", "Retry-After", "Age", "Warning", "X-RateLimit-Remaining", "Server")
    kept = tuple((name, value) for name, value in said.headers if name != "X-Request-Id")
    return replace(said, headers=(*kept, *((name, echo) for name in names)))


def in_the_request_id(said: Said, echo: str) -> Said:
    kept = tuple((name, value) for name, value in said.headers if name != "X-Request-Id")
    return replace(said, headers=(*kept, ("X-Request-Id", echo)))


def in_the_first_of_a_list(**fields: object) -> Callable[[Said, str], Said]:
    def change(said: Said, echo: str) -> Said:
        document = json.loads(said.body)
        for item in document.get("items", ())[:1]:
            item.update(dict.fromkeys(fields, echo))
        return said.with_body(document)

    return change


def in_whoami(*fields: str) -> Callable[[Said, str], Said]:
    def change(said: Said, echo: str) -> Said:
        if not said.path.startswith("/v1/whoami"):
            return said
        return said.with_body({**json.loads(said.body), **dict.fromkeys(fields, echo)})

    return change


PLACES: Sequence[Callable[[Said, str], Said]] = (
    refused(400, code=..., requestId="req_1", message="no"),
    refused(403, code="FORBIDDEN", requestId=..., message="no"),
    refused(500, code="INTERNAL", message=...),
    lambda said, echo: replace(said, status=418, phrase=echo, body=b""),
    lambda said, echo: replace(said, status=302, headers=(("Location", f"https://{echo}/"),), body=b""),
    in_each_header,
    in_the_request_id,
    lambda said, echo: replace(said, body=b'{"items": [' + echo.encode()),
    in_whoami("organizationName", "rateLimitTier", "apiKeyId"),
    in_whoami("organizationId"),
    in_the_first_of_a_list(handle=...),
    in_the_first_of_a_list(socialAccountId=...),
    in_the_first_of_a_list(platform=...),
    in_the_first_of_a_list(nextRenewalAt=...),
    lambda said, echo: said.with_body({**json.loads(said.body), "nextCursor": echo}),
)


def everything_told(stage: Stage, reports: Sequence[Report]) -> str:
    """All that people and programs are shown of these turns and of their ledger."""
    told, now, tally = StringIO(), stage.clock.now(), Tally()
    for report in reports:
        told.write(f"{report!r}\n{turn_json(report, now)}\n{in_one_line(report)}\n")
        told.write(render_turn(report, now=now, timezone=UTC, color=False, width=None))
        tally = tally.noted(report, exit_of(report), S)
    with stage.ledger() as ledger:
        told.writelines(ledger.export())
        told.write(exposition(Measures(tally=tally, counts=ledger.counts())).decode())
    told.write(f"{json.dumps(stage.sandbox.inbox)}{stage.story()!r}")
    return told.getvalue()


def forms_in(text: str | bytes) -> list[str]:
    """Which forms of the key or of the address's token stand in it, in capitals or not."""
    data = (text.encode() if isinstance(text, str) else text).lower()
    return [
        form(secret)
        for secret in (KEY.secret, TOKEN)
        for form in FORMS
        if form(secret).rstrip("=")[:-1].encode().lower() in data
    ]


def echoes() -> Iterator[tuple[Callable[[Said, str], Said], Callable[[str], str]]]:
    """Each place with the key as it is; the places that people see most in every form."""
    yield from ((place, str) for place in PLACES)
    seen_most = (
        PLACES[0],
        in_the_request_id,
        in_whoami("organizationName"),
        in_the_first_of_a_list(handle=...),
    )
    yield from product(seen_most, FORMS[1:])


def test_a_server_that_repeats_the_key_puts_it_nowhere(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """An error's `code` that was the bearer itself reached webhook, ledger, outbox, history and report."""
    caplog.set_level(logging.DEBUG, "watcher")
    reports = []
    with in_front_of(stage.url) as front:
        stage.configure({"api.base_url": front.url})
        for place, form in echoes():
            front.change = partial(repeating, place, form)
            stage.clock.advance(5 * M)
            reports.append(stage.turn())
    assert forms_in(everything_told(stage, reports)) == []
    assert forms_in(left_behind(stage)) == []
    assert forms_in(caplog.text) == []
    assert {exit_of(report) for report in reports} == {Exit.UNREADABLE, Exit.DONE}


def test_a_release_keeps_no_request_id_that_is_the_key(stage: Stage) -> None:
    """The `X-Request-Id` of the very answer to a DELETE went into the ledger with the intent it concluded."""
    with in_front_of(stage.url) as front:
        stage.configure({"api.base_url": front.url})
        front.change = partial(repeating, in_the_request_id, str)
        stage.turn()
        report = stage.turn_at(OPENS)
    assert stage.released == [LATTE.id]
    assert forms_in(everything_told(stage, [report])) == []
    assert forms_in(left_behind(stage)) == []


def repeating(place: Callable[[Said, str], Said], form: Callable[[str], str], said: Said) -> Said:
    return place(said, form(said.sent)) if said.sent else said
