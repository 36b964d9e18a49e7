"""The fleet in figures."""

from dataclasses import replace

import pytest

from tests.builders import NOW, D, account, decision, matter, published, report
from watcher.brakes import Halt, kinds
from watcher.brakes.docket import Docket, Place, entry_for
from watcher.decide.report import Totals
from watcher.facts.activity import NOT_ASKED, Activity, Unknown, WhyUnknown
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending

IN_USE = published(D)
SILENT = Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)


@pytest.mark.parametrize(
    ("activity", "one_account"),
    [
        (published(40 * D), Totals(unused=1, unused_cents=15_000, avoidable_cents=15_000, asked=1)),
        (IN_USE, Totals(in_use=1, asked=1)),
        (NOT_ASKED, Totals()),
        (SILENT, Totals(unknown=1, asked=1)),
        *(
            (Unknown(why=why), Totals(unknown=1, asked=1, doubtful=1))
            for why in WhyUnknown
            if why not in (WhyUnknown.NOT_ASKED, WhyUnknown.NO_POST_EVER_SHOWN)
        ),
    ],
)
def test_one_account_counts_as_what_is_known_of_it(activity: Activity, one_account: Totals) -> None:
    """A source that never showed a post is silent, not wrong: its accounts are unknown, not doubtful."""
    totals = Totals().with_decisions([decision(activity=activity)])

    assert totals == replace(one_account, projects=1, accounts=1, cents=15_000)


def test_projects_add_up() -> None:
    first = [decision(account("a", price_cents=10_000)), decision(account("b"), activity=IN_USE)]
    second = [decision(account("c", price_cents=19_900)), decision(account("d"), activity=NOT_ASKED)]

    totals = Totals().with_decisions(iter(first)).with_decisions(iter(second)).with_decisions([])

    assert totals == Totals(
        projects=3,
        accounts=4,
        cents=59_900,
        in_use=1,
        unused=2,
        unused_cents=29_900,
        avoidable_cents=29_900,
        unknown=0,
        asked=3,
        doubtful=0,
    )
    assert totals.not_asked == 1


def test_what_is_given_back_counts_as_saved_and_nothing_else_does() -> None:
    attempts = tuple(
        Attempt(
            period=account().period,
            project=account().project,
            handle="latte",
            price_cents=10**place,
            ended=ended,
            at=NOW,
        )
        for place, ended in enumerate(Ending)
    )

    assert report(attempts=attempts).saved_cents == 1
    assert report(attempts=attempts + attempts).saved_cents == 2


def test_an_approval_names_the_docket_of_what_is_to_be_decided_or_that_which_brakes_judged() -> None:
    docket = Docket(entries=(entry_for(account(), Place.DUE),))
    halt = Halt(brake=kinds.TOO_MANY, measured="1 release", limit="0")
    to_decide = replace(matter([halt], docket), docket="7f3a")
    assert report(docket=docket).docket_id == docket.id
    assert report(docket=docket, matters=(replace(to_decide, docket=""), to_decide)).docket_id == "7f3a"
    assert report(docket=docket, matters=(replace(to_decide, docket=""),)).docket_id == docket.id
