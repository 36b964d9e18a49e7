"""Where a simulation begins: today's fleet, read once."""

from tests.builders import NOW, D, policy
from tests.core.world import orders
from watcher.adapters.clock import PlannedClock
from watcher.adapters.layers.reader import LayersReader
from watcher.adapters.layers.session import open_session
from watcher.adapters.workers import HereAndNow
from watcher.ahead.outset import Outset
from watcher.decide.orders import Orders
from watcher.facts.accounts import ProjectId
from watcher.rules.targets import Target
from watcher.sandbox import Fleet, Project
from watcher.wiring.made_up import KEY, MadeUpApi
from watcher.wiring.made_up_fleet import ELSEWHERE, outset_from_api


def outset(fleet: Fleet, by: Orders) -> Outset:
    clock = PlannedClock(NOW)
    reader = LayersReader(session=open_session(ELSEWHERE, http=MadeUpApi(fleet, clock), key=KEY, clock=clock))
    return outset_from_api(
        reader, by, workers=HereAndNow(), threads=1, back=30 * D, source="here", now=lambda: NOW
    )


def test_projects_of_one_name_are_told_apart_in_a_simulation_too() -> None:
    """Of accounts whose fate changes the table named two projects alike."""
    fleet = Fleet(
        projects=[Project(id=f"prj_{one}", name="Brand", created_at=NOW - 90 * D) for one in ("a", "b", "c")]
    )
    configured = Target(id=ProjectId("prj_a"), name="brand", policies=(policy(),), enrolled=True)
    assert outset(fleet, orders(configured, discovered=(policy(),))).projects == {
        "prj_a": "brand",
        "prj_b": "Brand (prj_b)",
        "prj_c": "Brand (prj_c)",
    }
