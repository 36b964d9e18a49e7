"""What another configuration would make of one account: what differs, beside what is decided now."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from watcher.cli.render.evidence_told import AccountMemory
from watcher.cli.render.explain import explain_value, render_explain
from watcher.cli.render.machine import decision_value
from watcher.cli.render.rulings import in_words
from watcher.cli.render.sheet import BLANK, Line, line, printed
from watcher.cli.render.steps import project_name, what_happens
from watcher.decide.report import Report
from watcher.messages.words import CHECK, USAGE
from watcher.rules.plan import Decision, Mode
from watcher.texts.plain import plain
from watcher.texts.times import clock_time

Case = tuple[Decision, Report]
"""A decision, and the report that it stands in."""

_NOT_WATCHED = "in no project that is watched"


def render_what_if(
    now_is: Case,
    then: Case | None,
    *,
    by: Path,
    instead_of: Path,
    now: datetime,
    timezone: tzinfo,
    remembered: AccountMemory,
    width: int | None = None,
    color: bool = False,
) -> str:
    """That it is a what-if, what would differ, and then the whole explanation by the other configuration."""
    lines = [
        line(f"WHAT IF: judged by the rules of {plain(str(by))}", "bold yellow"),
        line(
            f"The evidence and the ledger are those of now. The watcher goes by {plain(str(instead_of))}; "
            "nothing but this answer uses the other file, and nothing was changed."
        ),
        BLANK,
        line("What would differ", "bold"),
        *_table(differences(now_is, then, now, timezone)),
        BLANK,
    ]
    rest = ""
    if then is not None:
        rest = render_explain(
            then[0],
            report=then[1],
            now=now,
            timezone=timezone,
            remembered=remembered,
            width=width,
            color=color,
        )
    return printed(lines, width=width, color=color) + rest


def what_if_json(
    now_is: Case,
    then: Case | None,
    *,
    by: Path,
    instead_of: Path,
    now: datetime,
    timezone: tzinfo,
    remembered: AccountMemory,
) -> str:
    """`explain/1` by the other configuration, with `what_if`: by which, what differs, and what is so now."""
    told = explain_value(*now_is, now, timezone, remembered)
    if then is not None:
        told = explain_value(*then, now, timezone, remembered)
    document: dict[str, Any] = {
        **told,
        "what_if": {
            "by": str(by),
            "instead_of": str(instead_of),
            "watched": then is not None,
            "differs": [
                {"what": what, "now": before, "then": after}
                for what, before, after in differences(now_is, then, now, timezone)
            ],
            "account_now": decision_value(*now_is, now),
        },
    }
    return json.dumps(document, indent=2) + "\n"


def differences(
    now_is: Case, then: Case | None, now: datetime, timezone: tzinfo
) -> list[tuple[str, str, str]]:
    """What of the decision differs: its name, as it is now, as it would be."""
    before = _facts(now_is, now, timezone)
    if then is None:
        return [("decision", before["decision"], _NOT_WATCHED)]
    after = _facts(then, now, timezone)
    names = dict.fromkeys((*before, *after))
    return [
        (name, before.get(name, "-"), after.get(name, "-"))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _facts(case: Case, now: datetime, timezone: tzinfo) -> Mapping[str, str]:
    decision, report = case
    judgement = decision.judgement
    project = project_name(report, decision.account.project)
    facts = {
        "decision": what_happens(decision, now, timezone, live=report.mode is Mode.ENFORCE),
        "mode": report.mode.value,
        "use today": USAGE[judgement.usage],
    }
    window = judgement.window
    if window is not None and judgement.policy is not None:
        moments = {
            "announced from": [window.announce_from],
            "window opens": [window.opens],
            "window closes": [window.closes],
            "warned": sorted(judgement.warned_from.values()),
        }
        for name, found in moments.items():
            facts[name] = ", ".join(clock_time(one, timezone, now=now) for one in found) or "never"
    for ruling in judgement.trace:
        sign, _, words = in_words(ruling, judgement, project, now, timezone).partition(" ")
        facts[CHECK[ruling.check]] = f"{sign} {words}"
    halts = report.halts.on(decision.account.period, decision.account.project)
    facts["brakes"] = ", ".join(halt.brake.title for halt in halts) or "none on"
    return facts


def _table(rows: list[tuple[str, str, str]]) -> Iterator[Line]:
    if not rows:
        yield line("Nothing, for this account.", indent=2)
    for what, before, after in rows:
        yield line(plain(what), "bold", indent=2)
        yield line(f"now   {plain(before)}", indent=4, hang=10)
        yield line(f"then  {plain(after)}", indent=4, hang=10)
