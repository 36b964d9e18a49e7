"""Projects are told apart where people call several of them the same."""

from tests.core.world import ACME, BETA
from watcher.facts.accounts import ProjectId
from watcher.facts.projects import told_apart

GAMMA = ProjectId("prj_gamma")


def test_names_that_are_one_project_s_each_stay_as_they_are() -> None:
    assert told_apart({ACME: "Acme", BETA: "Beta"}) == {ACME: "Acme", BETA: "Beta"}


def test_of_those_who_share_a_name_each_has_its_id() -> None:
    assert told_apart({ACME: "Brand", BETA: "Brand", GAMMA: "Other"}) == {
        ACME: "Brand (prj_acme)",
        BETA: "Brand (prj_beta)",
        GAMMA: "Other",
    }


def test_names_that_look_the_same_are_the_same() -> None:
    hidden = "Brand\N{ZERO WIDTH SPACE}"
    assert told_apart({ACME: "Brand", BETA: hidden}) == {
        ACME: "Brand (prj_acme)",
        BETA: f"{hidden} (prj_beta)",
    }


def test_a_configured_name_is_typed_and_stays() -> None:
    """`--project brand` means it: what is found by asking, and called the same, has its id instead."""
    assert told_apart({ACME: "brand", BETA: "brand"}, configured={ACME}) == {
        ACME: "brand",
        BETA: "brand (prj_beta)",
    }


def test_two_configured_names_that_look_the_same_are_told_apart() -> None:
    both = {ACME: "Brand", BETA: "brand"}
    assert told_apart(both, configured=both) == {ACME: "Brand (prj_acme)", BETA: "brand (prj_beta)"}
