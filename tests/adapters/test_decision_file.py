"""Decisions that are put aside come back as they were, in their order, as often as they are asked for."""

import errno
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest

from tests.builders import NOW, D, H, account, decision, hold, policy, published, report
from watcher.adapters.decision_file import DecisionFile, open_decision_file
from watcher.facts.accounts import Flaw, ProjectId, Quarantined
from watcher.facts.activity import Unknown, WhyUnknown
from watcher.ports.put_aside import NoRoom
from watcher.record.notices import NotAccepted, Received
from watcher.record.reasons import Reason
from watcher.rules.plan import Decision, Mode, PeriodState, Release

FAR = decision(account("far", renews_in=20 * D))
USED = decision(account("used"), activity=published(H))
HELD = decision(account("held"), held=hold())
UNKNOWN = decision(account("unknown"), activity=Unknown(why=WhyUnknown.NOT_ASKED))
NOBODYS = decision(account("nobodys", followers=None), policies=())
DUE = decision(
    account("due", renews_in=3 * H),
    standing=PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW - 3 * H)),
)
TO_ANNOUNCE = decision(account("to.announce"))
UNANSWERED = decision(
    account("unanswered", renews_in=40 * H), standing=PeriodState(notice=NotAccepted(missing=("ops",)))
)
REFUSED = decision(account("refused"), standing=PeriodState(refused=True))
OBSERVED = replace(DUE, step=decision(DUE.account, standing=DUE.standing, mode=Mode.OBSERVE).step)
WARNED = decision(account("warned", renews_in=20 * H), activity=published(H), policies=(policy(warn=(D,)),))
ALL = (FAR, USED, HELD, UNKNOWN, NOBODYS, DUE, TO_ANNOUNCE, UNANSWERED, REFUSED, OBSERVED, WARNED)


@pytest.fixture(params=[0, 4 * 2**20], ids=["on disk", "in memory"])
def file(request: pytest.FixtureRequest) -> Iterator[DecisionFile]:
    with open_decision_file(request.param or 1) as one:
        yield one


def test_what_is_put_aside_comes_back_whole_and_in_order(file: DecisionFile) -> None:
    for one in ALL * 20:
        file.keep(one)
    found = file.of(report())
    assert list(found) == list(ALL * 20)
    assert list(found) == list(ALL * 20)
    assert (len(found), FAR in found, None in found) == (220, True, False)


def test_two_may_read_at_once(file: DecisionFile) -> None:
    for one in ALL * 20:
        file.keep(one)
    found = file.of(report())
    assert list(zip(found, found, strict=True)) == [(one, one) for one in ALL * 20]


def test_nothing_put_aside_is_nothing(file: DecisionFile) -> None:
    assert list(file.of(report())) == []


def test_the_turn_itself_keeps_what_it_goes_back_to(file: DecisionFile) -> None:
    kept = [one.account.handle for one in ALL if file.keep(one)]
    assert kept == ["due", "to.announce", "unanswered", "refused", "due"]


def test_what_another_project_turned_out_to_list_is_taken_back(file: DecisionFile) -> None:
    elsewhere = decision(account("used", project="prj_beta"))
    for one in (USED, HELD, elsewhere):
        file.keep(one)
    twice = Quarantined(
        project=ProjectId("prj_acme"), id="sa_used", handle="used", flaw=Flaw.LISTED_TWICE, field="id"
    )
    assert list(file.of(report(quarantined=(twice,)))) == [HELD, elsewhere]


def asked(one: Decision) -> Decision:
    """The same by a person's word."""
    return replace(one, judgement=replace(one.judgement, reason=Reason.PERSON), step=Release())


def test_what_a_word_made_and_brakes_stopped_is_replaced_by_what_the_rules_make(file: DecisionFile) -> None:
    for one in (asked(USED), HELD, USED):
        file.keep(one)
    assert list(file.of(report())) == [HELD, USED]


def test_what_a_word_made_and_nothing_stopped_stays(file: DecisionFile) -> None:
    for one in (asked(USED), HELD):
        file.keep(one)
    assert list(file.of(report())) == [asked(USED), HELD]


class Full(BytesIO):
    """A disk without room."""

    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_said_to_be_one() -> None:
    file = DecisionFile(Full())
    file.keep(FAR)
    with pytest.raises(NoRoom, match="No space left on device"):
        file.of(report())
