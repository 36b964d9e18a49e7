"""`simulate`: the days ahead, as the watcher itself would live them, and nothing done for it."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.cli.desk import NOW, Desk
from watcher.adapters.ledger.memory.ledger import MemoryReader
from watcher.adapters.ledger.memory.state import State
from watcher.ahead.future import Charged
from watcher.ahead.habits import Posting, Publication, publications
from watcher.ahead.outset import Outset
from watcher.cli.demo import NAME
from watcher.cli.render.machine import turn_value
from watcher.cli.render.projection import assumptions_told
from watcher.ports.ledger import HistoryLine
from watcher.record.outcomes import Cause
from watcher.sandbox import DEFAULT_KEY, Corrupt, Post, ServerError, corruptions
from watcher.settings.load import Good, load
from watcher.texts.secret import Secret
from watcher.wiring.ledger import memory_of, open_reader
from watcher.wiring.made_up import posts_of
from watcher.wiring.made_up_fleet import read_outset
from watcher.wiring.simulation import Scenario, play
from watcher.wiring.turn import Purpose, Wiring


def settings_of(desk: Desk) -> Any:
    found = load(desk.folder / NAME, desk.environ, desk.folder, desk.clock.now())
    assert isinstance(found, Good)
    return found.settings


def outset_of(desk: Desk) -> Outset:
    key = Secret(DEFAULT_KEY.secret)
    return read_outset(
        Wiring(settings=settings_of(desk), key=key, clock=desk.clock, purpose=Purpose.AUDIT, stop=Event())
    )


def without_turn(value: Any) -> Any:
    """A turn's id has a random part."""
    return {name: each for name, each in value.items() if name != "turn"}


def as_told(lines: Iterable[HistoryLine]) -> list[HistoryLine]:
    """What happened, in an order of its own: of one instant any may come first. No turn has the same id."""

    def unnamed(text: str) -> str:
        return re.sub(r"turn \d{8}T\S+", "turn", text)

    def told(one: HistoryLine) -> HistoryLine:
        grounds = one.grounds and replace(one.grounds, because=unnamed(one.grounds.because))
        return replace(one, turn=None, text=unnamed(one.text), grounds=grounds)

    return sorted(
        map(told, lines),
        key=lambda one: (one.at, one.what, one.account or "", one.text, str(one.told)),
    )


def go_out(desk: Desk, publications: Sequence[Publication], outset: Outset) -> None:
    """On the real sandbox what is assumed to be posted."""
    known = posts_of(outset)
    for one in publications:
        account = desk.sandbox.world.accounts[one.account]
        if account.status != "assigned":
            continue
        if one.queued is None:
            post = Post.published(
                id=f"post_again_{one.account}_{one.at:%Y%m%d%H%M}", account=account, at=one.at
            )
        else:
            planned = known[one.queued].scheduled_for
            post = next(
                each
                for each in desk.sandbox.world.posts_of(one.account)
                if each.status == "queued" and each.scheduled_for == planned
            )
        went = replace(post, status="published", attempted_at=one.at, published_at=one.at)
        desk.sandbox.edit(lambda world, went=went: world.with_posts([went]))


@pytest.mark.parametrize("posting", list(Posting))
def test_thirty_days_equal_event_by_event_what_single_turns_do_on_a_sandbox(
    at_desk: Desk, posting: Posting
) -> None:
    """The same instants on a served sandbox, over HTTP, with a ledger in a file: every turn says the same,
    and so do the history, the wallet and the releases.
    """
    settings, outset, memory = settings_of(at_desk), outset_of(at_desk), State()
    told: list[Any] = []
    future = play(
        Scenario(settings=settings, days=30, posting=posting),
        outset,
        memory,
        hear=lambda report: told.append(without_turn(turn_value(report, report.started_at))),
    )

    to_come = list(publications(posts_of(outset), posting, since=NOW, until=future.until))
    really = []
    for instant in future.instants:
        at_desk.clock.advance(instant - at_desk.clock.now())
        go_out(at_desk, [one for one in to_come if one.at <= instant], outset)
        to_come = [one for one in to_come if one.at > instant]
        said = at_desk.run("run", "--once", "--format", "json")
        really.append(without_turn(json.loads(said.out)))

    assert told == really
    with open_reader(settings) as ledger:
        assert as_told(MemoryReader(memory).history()) == as_told(ledger.history())
    world = at_desk.sandbox.world
    assert future.charged.cents == sum(one.cents for one in world.debits)
    assert [(one.account.id, one.release.at) for one in future.released if one.release] == [
        (one.account, one.at) for one in world.releases
    ]
    assert len(world.releases) >= 4
    assert len(future.instants) > 60
    assert future.stretch == timedelta()


HEAD = """\
PROJECTED: 30 days from Mon 18 May 2026 12:00 UTC
Nothing of this has happened. For it nothing was sent, written or released.
15 accounts in 3 projects, $2,250.00 a month, from the API at {url}.
By the rules of the configuration, in enforce mode.

Assumed
  nobody posts any more; what is queued goes out as planned, and drafts stay drafts.
  the API answers, every message is accepted at once, nobody says a word, and the rules stay.
  each account renews monthly at the price of today.

What would happen
  Mon 18 May
    12:00-23:00 11 warnings of renewals: @brand.official, @travel.giants, @desk.stretch and 4 more
    12:00       4 releases announced, $600.00: @latte.art.lab, @beans.and.brew, @morning.grind and 1 more
    12:00-21:00 6 warnings of renewals of accounts in use
  Tue 19 May
    00:00-03:00 3 warnings of renewals: @morning.grind, @campaign.reserve, @travel.giants
"""

SUMS = """\
What it comes to in 30 days, projected
"""


def test_it_tells_the_days_as_a_story_and_what_they_come_to(at_desk: Desk) -> None:
    said = at_desk.run("simulate")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(HEAD.format(url=at_desk.url))
    assert said.out.partition(SUMS)[2] == (
        "  without releases        $2,250.00  15 renewals\n"
        "  saved by releases         $750.00  5 renewals of 5 accounts\n"
        "  paid                    $1,500.00  10 renewals\n"
        "  · in use                  $900.00  6 renewals\n"
        "  · in vain: protected      $300.00  2 renewals\n"
        "  · in vain: use unknown    $300.00  2 renewals\n"
        "  What is still leased then costs $1,500.00 a month.\n"
    )


def test_it_only_reads_each_thing_once_and_writes_nothing(at_desk: Desk) -> None:
    """Counted where requests arrive: no DELETE, and of the API one reading, however many days there are."""
    before = sorted(at_desk.folder.iterdir())

    at_desk.run("simulate", "--days", "60")

    asked = at_desk.sandbox.log.entries
    assert {one.method for one in asked} == {"GET"}
    assert at_desk.deletes == 0
    paths = [one.path for one in asked]
    assert len(paths) == len(set(paths)) == 7  # whoami, and of three projects their leases and posts
    assert at_desk.sandbox.inbox == []
    assert sorted(at_desk.folder.iterdir()) == before


def test_what_the_ledger_knows_is_known_and_stays_as_it_is(at_desk: Desk) -> None:
    """A hold keeps its account in these days as well; the ledger's file is not touched."""
    at_desk.run("run", "--once")
    at_desk.run("hold", "@latte.art.lab", "--until", "forever", "--reason", "campaign", "--by", "maria")
    ledger = at_desk.ledger.read_bytes()

    said = at_desk.run("simulate", "--format", "json")

    assert at_desk.ledger.read_bytes() == ledger
    fates = {one["handle"]: (one["fate"], one["cause"]) for one in json.loads(said.out)["accounts"]}
    assert fates["latte.art.lab"] == ("renewed", "held")
    assert fates["beans.and.brew"] == ("released", None)


def test_in_observe_mode_nothing_is_released_unless_it_is_as_if_enforced(at_desk: Desk) -> None:
    at_desk.reconfigure('mode = "enforce"', 'mode = "observe"')
    at_desk.reconfigure("enrolled = true", "enrolled = false")
    at_desk.reconfigure('[notifiers.ops]\nkind = "webhook"', '[notifiers.ops]\nkind = "log"')
    at_desk.reconfigure(f'url = "{at_desk.url}/_sandbox/inbox"\n', "")

    observed = json.loads(at_desk.run("simulate", "--format", "json").out)
    as_if = at_desk.run("simulate", "--enforced")

    assert observed["totals"]["released"] == 0
    assert observed["totals"]["paid"] == {"renewals": 15, "cents": 225_000}
    assert (
        "  the mode is enforce and every project is enrolled, whatever the configuration says.\n"
        "  a channel that counts is told everything: none is configured for all announcements.\n" in as_if.out
    )
    assert "5 renewals of 5 accounts" in as_if.out


def other(desk: Desk, old: str, new: str) -> Path:
    text = (desk.folder / NAME).read_text(encoding="utf-8")
    assert old in text
    file = desk.folder / "other.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def test_against_another_configuration_it_names_whose_fate_changes_and_what_that_saves(
    at_desk: Desk,
) -> None:
    at_desk.reconfigure("max_share = 0.3", "max_share = 0.6\nmax_project_share = 1.0")
    file = other(at_desk, 'handles = ["brand.*"]', "handles = []")

    said = at_desk.run("simulate", "--against", file.name)

    assert said.code == 0
    assert said.out.splitlines()[0] == (
        "PROJECTED: $150.00 less would be paid in 30 days; 1 account changes fate"
    )
    assert said.out.partition("Accounts of which")[2] == (
        " something else becomes: 1\n"
        "  account          project      now                 then      less is paid\n"
        "  @brand.official  acme-coffee  renews (protected)  released       $150.00\n"
        "The days begin at Mon 18 May 2026 12:00 UTC.\n"
    )
    assert len(at_desk.sandbox.log.entries) == 7


def test_against_is_markdown_in_which_no_sign_means_anything(at_desk: Desk) -> None:
    """Fit for a pull request: a handle calls nobody, whatever it is. It stood there as `&#64;brand`, which is
    text with an @ in it to who looks for whom to call.
    """
    at_desk.reconfigure("max_share = 0.3", "max_share = 0.6\nmax_project_share = 1.0")
    file = other(at_desk, 'handles = ["brand.*"]', "handles = []")

    said = at_desk.run("simulate", "--against", file.name, "--format", "markdown")

    assert said.out.startswith(
        "### PROJECTED: $150.00 less would be paid in 30 days; 1 account changes fate\n"
    )
    assert "| `@brand.official` | acme-coffee | renews (protected) | released | $150.00 |" in said.out
    assert said.out.count("@") == 1


def test_the_same_configuration_changes_nobody_s_fate(at_desk: Desk) -> None:
    file = other(at_desk, 'mode = "enforce"', 'mode = "enforce"')

    said = at_desk.run("simulate", "--against", file.name)

    assert "no account changes fate" in said.out.splitlines()[0]
    assert "Of no account becomes anything else." in said.out


def test_a_saved_audit_is_a_beginning_without_a_key(at_desk: Desk) -> None:
    (at_desk.folder / "audit.json").write_text(at_desk.run("audit", "--format", "json").out)
    asked = len(at_desk.sandbox.log.entries)
    del at_desk.environ["LAYERS_API_KEY"]
    at_desk.pass_time(100 * timedelta(days=1))

    said = json.loads(at_desk.run("simulate", "--audit", "audit.json", "--format", "json").out)

    assert len(at_desk.sandbox.log.entries) == asked
    assert said["from"] == "2026-05-18T12:00:00Z"
    assert said["totals"]["paid"] == {"renewals": 10, "cents": 150_000}
    assert said["totals"]["released"] == 5


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", "it is not what `lease-watcher audit --format json` writes: Field required, in schema"),
        ('{"schema": "audit/2"}', "its schema is 'audit/2', and an audit's is audit/1"),
    ],
)
def test_what_is_no_saved_audit_is_a_mistake_of_who_names_it(at_desk: Desk, text: str, why: str) -> None:
    (at_desk.folder / "audit.json").write_text(text)

    said = at_desk.run("simulate", "--audit", "audit.json")

    assert (said.code, said.told) == (2, f"--audit audit.json: {why}")


def test_a_fleet_of_the_sandbox_needs_neither_key_nor_projects(at_desk: Desk) -> None:
    del at_desk.environ["LAYERS_API_KEY"]

    said = at_desk.run("simulate", "--fleet", "seeds", "--days", "10")

    assert said.code == 0
    assert "2 accounts in 1 project, $300.00 a month, from the sandbox's fleet `seeds`." in said.out
    assert at_desk.sandbox.log.entries == ()


def test_days_that_are_none_are_a_mistake(at_desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        at_desk.run("simulate", "--days", "0")

    assert "0 is no number of days from 1 to 1,098" in capsys.readouterr().err


def test_a_project_whose_posts_cannot_be_read_is_left_out_too(at_desk: Desk) -> None:
    """An error is not emptiness: played without its posts, whoever posts daily would be given back."""
    at_desk.sandbox.add_fault(ServerError(path="N0RT/scheduled-posts", status=500))
    outset = outset_of(at_desk)
    (left_out,) = outset.left_out
    assert left_out.startswith("project northwind-travel, its posts: ")
    assert {each for each in outset.projects if "N0RT" in each} == set()
    assert not [one for one in outset.accounts if "N0RT" in one.project]


def test_a_project_that_cannot_be_read_is_left_out_and_named_and_halts_no_other(at_desk: Desk) -> None:
    """Its accounts are remembered: that they are not there is no reason to believe that they are gone."""
    at_desk.reconfigure("max_share = 0.3", "max_share = 0.6")  # of 10 accounts 4 are more than 0.3
    at_desk.run("run", "--once")
    at_desk.sandbox.add_fault(ServerError(path="N0RT/leased-accounts", status=500))

    said = at_desk.run("simulate")

    assert said.code == 75
    assert "10 accounts in 2 projects" in said.out
    assert "Left out: project northwind-travel: " in said.out
    assert "4 renewals of 4 accounts" in said.out
    assert "halt" not in said.out


@pytest.mark.parametrize("known", [False, True], ids=["never known", "known before"])
def test_what_is_not_understood_is_that_on_every_day_and_brakes_count_it(at_desk: Desk, known: bool) -> None:
    """It was left out: releases were promised that a brake halts, or, where the ledger knew the accounts, it
    was told that they had vanished.
    """
    if known:
        at_desk.run("run", "--once")
    for index in range(2):
        at_desk.sandbox.add_fault(
            Corrupt(path="leased-accounts", mutate=corruptions.null_renewal(index=index))
        )
    told: list[Any] = []
    memory = memory_of(settings_of(at_desk), NOW)
    outset = outset_of(at_desk)
    future = play(
        Scenario(settings=settings_of(at_desk), days=10),
        outset,
        memory,
        hear=lambda report: told.append(without_turn(turn_value(report, report.started_at))),
    )

    really = without_turn(json.loads(at_desk.run("run", "--once", "--format", "json").out))
    assert told[0] == really
    assert really["quarantined"] == len(outset.quarantined) == 6
    assert (list(future.released), Cause.BRAKED in {one.cause for one in future.accounts}) == ([], True)
    assert outset.left_out[0].endswith("not understood; only brakes count them")


def test_a_renewal_that_is_pending_already_is_not_counted(at_desk: Desk) -> None:
    """It was told as paid, in use, weeks before the first of these days."""
    outset = outset_of(at_desk)
    first, second, *others = outset.accounts
    ago = tuple(
        replace(one, renews_at=NOW - timedelta(days=days)) for one, days in ((first, 40), (second, 0))
    )
    settings = settings_of(at_desk)

    future = play(Scenario(settings=settings, days=5), replace(outset, accounts=(*ago, *others)))

    assert [one for one in future.story if one.at < NOW] == []
    assert not [one for one in future.story if isinstance(one, Charged) and one.at <= NOW]
    assert (
        "2 renewals, $300.00, were due before these days and may be paid already: not counted"
        in assumptions_told(future)
    )


def test_what_is_assumed_of_health_is_named_where_a_policy_asks(at_desk: Desk) -> None:
    """No account of these days is hot; without such a policy nothing is assumed of it."""
    assumed = "no account is hot, today or later: how healthy they are is not read"
    settings, outset = settings_of(at_desk), outset_of(at_desk)
    plain = play(Scenario(settings=settings, days=10), outset)
    assert assumed not in plain.assumed
    at_desk.reconfigure(
        "[policies.standard.release]",
        '[policies.standard]\nevidence = ["posts", "health"]\n[policies.standard.release]',
    )
    asking = play(Scenario(settings=settings_of(at_desk), days=10), outset)
    assert assumed in asking.assumed
    assert [one.account.id for one in asking.released] == [one.account.id for one in plain.released]
    assert plain.released
