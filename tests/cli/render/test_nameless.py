"""An account in whose handle there is nothing to read is named by its id, wherever it is told of."""

import re
from dataclasses import replace

import pytest

from tests.builders import NOW, D, account, decision, report
from watcher.cli.render.explain import render_explain
from watcher.cli.render.markdown import markdown
from watcher.cli.render.report_page import report_page, rows_of
from watcher.cli.render.table import render_audit
from watcher.cli.render.turn_text import render_turn
from watcher.messages.release_messages import attempt_events
from watcher.messages.renewal_messages import decision_events
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.rules.plan import Decision, Mode
from watcher.texts.times import zone

UTC = zone("UTC")
NAMELESS = ["", "@", "@@", "\N{HANGUL FILLER}", "@\N{ZERO WIDTH SPACE} "]


def due(handle: str) -> Decision:
    return decision(replace(account("", id="sa_nameless", renews_in=2 * D), handle=handle))


def attempted(one: Decision) -> Attempt:
    return Attempt(
        period=one.account.period,
        project=one.account.project,
        handle=one.account.handle,
        platform=one.account.platform,
        price_cents=one.account.price_cents,
        ended=Ending.RELEASED,
        at=NOW,
    )


@pytest.mark.parametrize("handle", NAMELESS)
def test_it_is_nowhere_an_at_sign_alone(handle: str) -> None:
    """`explain` and messages said "@": whoever was to look at it knew by no sign which account that is."""
    one = due(handle)
    found = replace(report(one), attempts=(attempted(one),))
    page = report_page(found, rows_of(found), now=NOW, timezone=UTC)
    told = (
        render_explain(one, report=found, now=NOW, timezone=UTC, width=100),
        render_audit(found, now=NOW, timezone=UTC, width=120, color=False),
        render_turn(found, now=NOW, timezone=UTC, color=False, width=120),
        markdown(page),
        *(each.what for each in decision_events(one, NOW, mode=Mode.ENFORCE)),
        *(each.what for each in attempt_events(attempted(one))),
    )
    assert [text for text in told if re.search(r"@(?!\w)", text) or "sa_nameless" not in text] == []


def test_its_id_is_said_once() -> None:
    said = render_explain(due(""), report=report(due("")), now=NOW, timezone=UTC, width=100)
    assert said.startswith("sa_nameless on tiktok, project acme\n")
