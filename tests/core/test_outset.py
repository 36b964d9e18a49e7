"""A fleet as a projection sets out from it: as a turn would take the lists."""

from dataclasses import replace

from tests.builders import account
from watcher.ahead.outset import apart, not_understood
from watcher.facts.accounts import Flaw, ProjectId, Quarantined

ACME, BETA, GAMMA = (ProjectId(f"prj_{name}") for name in ("acme", "beta", "gamma"))
ONE = account("latte", project=ACME)


def odd(project: ProjectId, id_: str | None) -> Quarantined:
    return Quarantined(project=project, id=id_, handle="odd", flaw=Flaw.MISSING_FIELD, field="nextRenewalAt")


def twice(project: ProjectId, *others: ProjectId) -> Quarantined:
    return Quarantined(
        project=project,
        id=ONE.id,
        handle="latte",
        flaw=Flaw.LISTED_TWICE,
        field="socialAccountId",
        also_in=others,
    )


def test_what_stands_in_one_list_is_taken() -> None:
    other, not_understood = account("mocha", project=BETA), odd(BETA, "sa_odd")
    assert apart(iter([ONE, other]), iter([not_understood])) == ((ONE, other), (not_understood,))


def test_of_what_stands_in_several_no_copy_is_trusted_and_each_names_the_others() -> None:
    there, kept = replace(ONE, project=GAMMA), account("mocha", project=BETA)
    assert apart([ONE, there, kept], [odd(BETA, ONE.id)]) == (
        (kept,),
        (odd(BETA, ONE.id), twice(ACME, BETA, GAMMA), twice(GAMMA, ACME, BETA)),
    )


def test_also_a_copy_that_is_not_understood_makes_it_two() -> None:
    assert apart([ONE], [odd(BETA, ONE.id)]) == ((), (odd(BETA, ONE.id), twice(ACME, BETA)))


def test_how_many_are_not_understood_is_said_of_each_project() -> None:
    strange = [odd(BETA, "a"), odd(ACME, "b"), odd(BETA, None)]
    assert list(not_understood(strange, {BETA: "beta"})) == [
        "project beta: 2 accounts not understood; only brakes count them",
        "project prj_acme: 1 account not understood; only brakes count them",
    ]
