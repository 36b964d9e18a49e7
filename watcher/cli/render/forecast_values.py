"""The forecast for machines and spreadsheets. Integer cents, ISO 8601 times, closed words as their values.

`forecast/1` only ever gains fields.
"""

import csv
import json
from io import StringIO
from typing import Any

from watcher.ahead.charges import Expected
from watcher.ahead.forecast import ChargeGroup, ChargeSum, Forecast
from watcher.cli.render.fleet_size import last_read_value
from watcher.decide.exits import exit_of
from watcher.decide.report import Report
from watcher.texts.plain import cell
from watcher.texts.times import iso


def forecast_json(forecast: Forecast, report: Report, *, timezone: str) -> str:
    """One indented JSON document, `"schema": "forecast/1"`. Each sum says what of it is extrapolated."""
    total = forecast.total
    document = {
        "schema": "forecast/1",
        "at": iso(report.started_at),
        "until": iso(forecast.until),
        "timezone": timezone,
        "turn": report.turn,
        "mode": report.mode.value,
        "organization": report.organization,
        "exit_code": int(exit_of(report)),
        "trouble": report.trouble and {"kind": report.trouble.value, "detail": report.trouble_detail},
        "last_read": last_read_value(report),
        "accounts": forecast.accounts,
        "totals": {
            **_group(total),
            "in_use": _sum(forecast.in_use),
            "unknown": _sum(forecast.unknown),
            "unused_by_window": _sum(forecast.by_window),
            "unless_hot": _sum(forecast.unless_hot),
            "pending": _sum(forecast.pending),
        },
        "kept": [{"reason": why and why.value, **_sum(one)} for why, one in forecast.kept_by_money],
        "risks": [{"risk": risk.value, **_sum(one)} for risk, one in forecast.risks_by_money],
        "by": forecast.by.value,
        "groups": [{"name": one.name, "project": one.project, **_group(one)} for one in forecast.groups],
        "quarantined": len(report.quarantined),
        "unread": [
            {"project": one.project, "name": one.name, "code": one.code, "why": one.in_full}
            for one in report.unread
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _group(one: ChargeGroup) -> dict[str, Any]:
    """`all` is the sum of the four kinds, `to_pay` of all but what is decided."""
    return {
        "all": _sum(one.all),
        "to_pay": _sum(one.to_pay),
        **{each.value: _sum(one.of(each)) for each in Expected},
    }


def _sum(one: ChargeSum) -> dict[str, int]:
    return {
        "renewals": one.renewals,
        "cents": one.cents,
        "extrapolated": one.extrapolated,
        "extrapolated_cents": one.extrapolated_cents,
    }


def forecast_csv(forecast: Forecast) -> str:
    """A header and a row for each group: of days, weeks and months also those without a charge."""
    out = StringIO()
    writer = csv.writer(out)
    kinds = [f"{each.value}_cents" for each in Expected]
    writer.writerow(
        (
            forecast.by.value,
            "renewals",
            "cents",
            "to_pay_cents",
            *kinds,
            "extrapolated",
            "extrapolated_cents",
            *(f"extrapolated_{kind}" for kind in kinds),
        )
    )
    for one in forecast.groups:
        writer.writerow(
            (
                cell(one.name),
                one.all.renewals,
                one.all.cents,
                one.to_pay.cents,
                *(one.of(each).cents for each in Expected),
                one.all.extrapolated,
                one.all.extrapolated_cents,
                *(one.of(each).extrapolated_cents for each in Expected),
            )
        )
    return out.getvalue()
