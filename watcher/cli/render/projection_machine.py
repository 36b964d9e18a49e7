"""The days ahead for programs, `simulation/1`: everything that people are told, and all that they are not."""

import json
from pathlib import Path
from typing import Any, assert_never

from watcher.ahead.comparison import ChangedFate, Comparison
from watcher.ahead.future import AccountFuture, Charged, Future, Happening, WarnedOfUsed
from watcher.cli.render.projection import assumptions_told
from watcher.messages.events import Event
from watcher.record.amounts import Amount
from watcher.record.attempts import Attempt
from watcher.texts.times import iso, iso_or_none, seconds

Json = dict[str, Any]


def future_json(future: Future) -> str:
    return json.dumps({"schema": "simulation/1", **future_value(future)}, indent=2) + "\n"


def comparison_json(comparison: Comparison, names: tuple[Path, Path]) -> str:
    """Both, with `against`: what differs. Money saved is less that is paid."""
    document = {
        "schema": "simulation/1",
        "configuration": str(names[0]),
        **future_value(comparison.before),
        "against": {
            "configuration": str(names[1]),
            "saves_cents": comparison.saves_cents,
            "changed": [_change(one) for one in comparison.changed],
            **future_value(comparison.after),
        },
    }
    return json.dumps(document, indent=2) + "\n"


def future_value(future: Future) -> Json:
    """Without its schema. All of it is projected: `projected` says so to whoever reads no documentation."""
    outset = future.outset
    return {
        "projected": True,
        "from": iso(future.since),
        "until": iso(future.until),
        "mode": future.mode.value,
        "as_if_enforced": future.enforced,
        "posting": future.posting.value,
        "assumed": list(assumptions_told(future)),
        "fleet": {
            "source": outset.source,
            "organization": outset.organization_name,
            "projects": len(outset.projects),
            "accounts": len(outset.accounts),
            "cents": outset.cents,
            "left_out": list(outset.left_out),
        },
        "turns": len(future.instants),
        "stretch_seconds": seconds(future.stretch),
        "totals": {
            "paid": _share(future.charged),
            "paid_in_use": _share(future.in_use),
            "paid_in_vain": {cause.value: _share(share) for cause, share in future.in_vain.items()},
            "avoided": _share(future.avoided),
            "avoided_as_read": _share(future.avoided_as_read),
            "released": len(future.released),
            "monthly_cents_at_the_end": future.monthly_cents_at_the_end,
        },
        "accounts": [_account(one, future) for one in future.accounts],
        "story": [_happening(one) for one in future.story],
    }


def _share(share: Amount) -> Json:
    return {"renewals": share.renewals, "cents": share.cents}


def _account(one: AccountFuture, future: Future) -> Json:
    account = one.account
    return {
        "id": account.id,
        "project": account.project,
        "project_name": future.outset.projects.get(account.project),
        "handle": account.handle,
        "price_cents": account.price_cents,
        "renews_at": iso(account.renews_at),
        "fate": one.fate.value,
        "cause": one.cause and one.cause.value,
        "announced_at": iso_or_none(one.announced_at),
        "released_at": None if one.release is None else iso(one.release.at),
        "paid": [
            {"at": iso(each.at), "cents": each.cents, "cause": each.cause and each.cause.value}
            for each in one.charges
        ],
        "avoided": [iso(at) for at in one.avoided],
        "avoided_cents": one.avoided_cents,
    }


def _change(one: ChangedFate) -> Json:
    account = one.before.account
    return {
        "id": account.id,
        "project": account.project,
        "handle": account.handle,
        "now": one.before.fate.value,
        "now_cause": one.before.cause and one.before.cause.value,
        "then": one.after.fate.value,
        "then_cause": one.after.cause and one.after.cause.value,
        "saves_cents": one.saves_cents,
    }


def _happening(one: Happening) -> Json:
    match one:
        case Charged(at=at, account=account, cents=cents, cause=cause):
            return {
                "at": iso(at),
                "what": "paid",
                "account": account.id,
                "handle": account.handle,
                "cents": cents,
                "cause": cause and cause.value,
            }
        case WarnedOfUsed(at=at, accounts=accounts, cents=cents):
            return {"at": iso(at), "what": "warned_of_used", "accounts": accounts, "cents": cents}
        case Attempt():
            return {
                "at": iso(one.at),
                "what": f"attempt.{one.ended.value}",
                "account": one.period.account,
                "handle": one.handle,
                "cents": one.price_cents,
                "reason": one.reason and one.reason.value,
            }
        case Event():
            return {
                "at": iso(one.at),
                "what": one.kind.value,
                "account": one.account,
                "handle": one.handle,
                "cents": one.cents,
                "text": one.text,
            }
        case _:
            assert_never(one)
