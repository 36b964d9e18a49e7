"""The page of how things stand: what `status` prints, and a timeline, as a daemon serves it."""

import re
from datetime import timedelta
from threading import Event
from typing import Any
from unittest.mock import patch

from werkzeug.test import Client

from tests.daemon.test_health import asked
from tests.daemon.test_reload import running
from tests.daemon.test_serving import TEXT, until
from tests.ports import free_port
from tests.stage import KEY, LATTE, NOW, H, Stage, staged
from watcher.cli import turns
from watcher.cli.render.status import render_status
from watcher.ports.ledger import LedgerReader
from watcher.record.overrides import OverrideKind
from watcher.texts.secret import Secret
from watcher.texts.times import UTC
from watcher.turn import status as reading
from watcher.turn.status import look
from watcher.wiring.daemon import pages_from
from watcher.wiring.orders import orders_from
from watcher.wiring.served import status_page
from watcher.wiring.turn import Purpose, Wiring

HERE = {"Host": "127.0.0.1"}
LISTEN = {"status.listen": "127.0.0.1:9466"}


def wiring(stage: Stage) -> Wiring:
    return Wiring(
        settings=stage.settings(),
        key=Secret(KEY.secret),
        clock=stage.clock,
        purpose=Purpose.RUN,
        stop=Event(),
    )


def shown(stage: Stage) -> str:
    page = status_page(wiring(stage), turns._how_things_stand)
    answer = Client(page).get("/", headers=HERE)
    assert answer.status_code == 200
    return answer.text


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main>")[2]).split()).replace("&#39;", "'")


def test_it_says_what_status_prints_to_the_last_word(tmp_path) -> None:
    with staged(tmp_path, configuration=LISTEN) as stage:
        stage.turn()
        stage.say(OverrideKind.PAUSE)
        told = words(shown(stage))
        with stage.reader() as ledger:
            orders = orders_from(stage.settings())
            printed = render_status(
                look(ledger, orders, stage.clock.now()),
                dict(orders.names),
                place=str(stage.settings().store.place),
                timezone=UTC,
                width=None,
                color=False,
            )
        rows = [" ".join(row.replace("`", "").split()) for row in printed.splitlines()[1:] if row.strip()]
        assert len(rows) > 8
        plainly = re.sub(r"[\s·`]", "", told)
        assert [row for row in rows if re.sub(r"\s", "", row) not in plainly] == []


def test_the_timeline_has_what_the_ledger_knows_and_what_is_announced(tmp_path) -> None:
    with staged(tmp_path, configuration=LISTEN) as stage:
        stage.turn()
        page = shown(stage)
        assert "@latte, $150.00; is to be released from Tue 19 May 12:00 UTC until" in page
        assert "@daily, $150.00; renews " in page
        assert '<g class="saved">' in page
        stage.say(OverrideKind.HOLD, account=LATTE.id, until=NOW + 40 * H)
        stage.clock.advance(6 * timedelta(seconds=1))
        assert '<g class="saved">' not in shown(stage)


def test_of_very_many_renewals_the_next_are_drawn_and_that_is_said(tmp_path) -> None:
    with staged(tmp_path, configuration=LISTEN) as stage, patch.object(reading, "MOST_DRAWN", 2):
        stage.turn()
        page = shown(stage)
        assert "1 later renewal not read: <code>lease-watcher audit</code> shows all." in page
        assert "@grind" not in page


def test_before_the_first_turn_it_says_so(tmp_path) -> None:
    with staged(tmp_path, configuration=LISTEN) as stage:
        told = words(shown(stage))
        assert "none has ended yet" in told
        assert "Nothing waits for a decision." in told
        assert not stage.ledger_file.exists()


def test_it_writes_nothing_and_asks_nobody(tmp_path) -> None:
    with staged(tmp_path, configuration=LISTEN) as stage:
        stage.turn()
        before, requests = stage.ledger_file.read_bytes(), len(stage.sandbox.log.entries)
        shown(stage)
        assert stage.ledger_file.read_bytes() == before
        assert len(stage.sandbox.log.entries) == requests


def test_who_reloads_often_is_shown_the_same_page_until_it_is_stale(tmp_path) -> None:
    looked: list[Any] = []

    def told(ledger: LedgerReader, *words: Any) -> Any:
        looked.append(words[-1])
        return turns._how_things_stand(ledger, *words)

    with staged(tmp_path, configuration=LISTEN) as stage:
        stage.turn()
        client = Client(status_page(wiring(stage), told))
        client.get("/", headers=HERE)
        stage.clock.advance(timedelta(seconds=4))
        client.get("/", headers=HERE)
        assert len(looked) == 1
        stage.clock.advance(timedelta(seconds=1))
        client.get("/", headers=HERE)
        assert len(looked) == 2


def test_where_nothing_is_asked_for_nothing_is_served(tmp_path) -> None:
    with staged(tmp_path) as stage:
        health: Any = None
        assert set(pages_from(wiring(stage), health, turns._how_things_stand)) == set()
    with staged(tmp_path, configuration=LISTEN) as stage:
        pages = pages_from(wiring(stage), health, turns._how_things_stand)
        assert {name: one.address for name, one in pages.items()} == {"status": ("127.0.0.1", 9466)}


def test_a_running_daemon_serves_it(tmp_path) -> None:
    port = free_port()
    text = f'{TEXT}[status]\nlisten = "127.0.0.1:{port}"\n'
    with running(tmp_path, text=text):
        until(lambda: asked(f"http://127.0.0.1:{port}/")[0] == 200)
        until(lambda: b"<dt>last turn</dt>" in asked(f"http://127.0.0.1:{port}/")[1])
        assert b"<h2>What renews when</h2>" in asked(f"http://127.0.0.1:{port}/")[1]
