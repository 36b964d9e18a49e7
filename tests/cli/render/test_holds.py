"""Holds, for people and for machines; and what they cost."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H, account
from watcher.cli.render.holds import HeldAccount, held_now, hold_costs, holds_json, render_holds
from watcher.facts.accounts import AccountId, ProjectId
from watcher.record.fates import Fate, LeaseState
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.texts.times import zone

UTC = zone("UTC")
SOON, EVER = account("soon", renews_in=12 * H), account("ever", renews_in=3 * D)


def said(kind: OverrideKind, handle: str, **fields: object) -> Override:
    return Override(  # type: ignore[arg-type]
        kind=kind, at=NOW - D, by="maria", why="tour", account=AccountId(f"sa_{handle}"), **fields
    )


HOLDS = Overrides(
    said=(
        said(OverrideKind.HOLD, "ever"),
        said(OverrideKind.HOLD, "gone"),
        said(OverrideKind.UNHOLD, "gone"),
        said(OverrideKind.HOLD, "over", until=NOW),
        said(OverrideKind.HOLD, "soon", until=NOW + D),
    )
)


def held(*, fate: Fate | None = None) -> list[HeldAccount]:
    known = {one.id: one for one in (SOON, EVER)}
    fates = {} if fate is None else {EVER.id: fate}
    return held_now(HOLDS, NOW, known, fates, {ProjectId("prj_acme"): "acme"})


def test_only_holds_in_force_are_shown_with_what_they_cost_the_first_to_end_first() -> None:
    assert render_holds(held(), NOW, UTC, None) == (
        "  account  project  a month  held until\n"
        "  @soon    acme     $150.00  in 1 d,      Tue 19 May 12:00 UTC  sa_soon by maria: tour\n"
        "  @ever    acme     $150.00  for ever                           sa_ever by maria: tour\n"
        "2 accounts are held; 2 renew while held, for $300.00 together: "
        "the first in 12 h, Tue 19 May 00:00 UTC, the last in 3 d, Thu 21 May 12:00 UTC. "
        "Each later renewal while held costs as much again.\n"
    )
    assert render_holds([], NOW, UTC, None) == "No account is held.\n"


def test_where_there_is_little_room_the_reason_stands_below() -> None:
    lines = render_holds(held(), NOW, UTC, 80).splitlines()
    assert lines[1:3] == [
        "  @soon    acme     $150.00  in 1 d,      Tue 19 May 12:00 UTC",
        "    sa_soon by maria: tour",
    ]
    assert max(map(len, lines)) <= 80


def test_a_handle_is_never_cut_for_a_project_beside_it() -> None:
    """At 80 columns `holds` said `@campaign.reser…`: whoever wanted to end it had to look elsewhere."""
    one = account("campaign.reserve", renews_in=12 * H)
    hold = said(OverrideKind.HOLD, "campaign.reserve", until=NOW + 400 * D)
    names = {ProjectId("prj_acme"): "acme-coffee"}
    text = render_holds(held_now(Overrides(said=(hold,)), NOW, {one.id: one}, {}, names), NOW, UTC, 80)
    assert "  @campaign.reserve  $150.00  in 400 d," in text
    assert "    acme-coffee, sa_campaign.reserve by maria: tour" in text


def test_a_hold_on_what_is_not_listed_meanwhile_says_so_and_counts_no_money() -> None:
    text = render_holds(held(fate=Fate(state=LeaseState.NOT_LISTED, since=NOW - H)), NOW, UTC, None)
    assert "sa_ever by maria: tour; it is not among the leased accounts since" in text
    assert "2 accounts are held; 1 renews while held, for $150.00: in 12 h" in text


def test_what_was_released_meanwhile_is_held_no_more() -> None:
    """`holds` said that three accounts were held where `status` named two: the third had been released."""
    (one,) = held(fate=Fate(state=LeaseState.RELEASED, since=NOW - H))
    assert one.id == SOON.id


def test_holds_for_machines() -> None:
    rows = [json.loads(row) for row in holds_json(held()).splitlines()]
    assert [row["until"] for row in rows] == ["2026-05-19T12:00:00Z", None]
    assert rows[0] == {
        "account": "sa_soon",
        "until": "2026-05-19T12:00:00Z",
        "by": "maria",
        "why": "tour",
        "at": "2026-05-17T12:00:00Z",
        "handle": "soon",
        "project": "prj_acme",
        "price_cents": 15000,
        "renews_at": "2026-05-19T00:00:00Z",
        "lease": "leased",
    }


@pytest.mark.parametrize(
    ("until", "costs"),
    [
        (SOON.renews_at, "It renews then, for $150.00."),
        (
            None,
            "It renews while it is held, for $150.00: in 12 h, Tue 19 May 00:00 UTC. "
            "Each later renewal while held costs as much again.",
        ),
        (
            SOON.renews_at + 30 * D,
            "It renews while it is held, for $150.00: in 12 h, Tue 19 May 00:00 UTC.",
        ),
        (
            SOON.renews_at + 31 * D,
            "It renews while it is held, for $150.00: in 12 h, Tue 19 May 00:00 UTC. "
            "1 later renewal follows while held, extrapolated: about $300.00 in all.",
        ),
        (
            NOW + 1_000 * D + timedelta.resolution,
            "It renews while it is held, for $150.00: in 12 h, Tue 19 May 00:00 UTC. "
            "Each later renewal while held costs as much again.",
        ),
        (
            NOW + H,
            "It renews only after the hold has ended, for $150.00: in 12 h, Tue 19 May 00:00 UTC. "
            "Before that nothing is released, from then on it may be.",
        ),
    ],
)
def test_a_hold_says_what_it_costs_and_by_when(until: datetime | None, costs: str) -> None:
    assert [*hold_costs([(SOON, until)], NOW, UTC)] == [costs]


def test_several_holds_are_summed_up_by_whether_they_reach_the_renewal() -> None:
    far = replace(EVER, renews_at=NOW + 20 * D)
    assert [*hold_costs([(SOON, NOW + 5 * D), (EVER, NOW + 5 * D), (far, NOW + 5 * D)], NOW, UTC)] == [
        "2 of them renew while held, for $300.00 together: the first in 12 h, Tue 19 May 00:00 UTC, "
        "the last in 3 d, Thu 21 May 12:00 UTC; what is in use would all the same.",
        "1 of them renews only after the hold has ended, for $150.00: in 20 d, Sun 7 Jun 12:00 UTC. "
        "Before that nothing is released, from then on it may be.",
    ]
