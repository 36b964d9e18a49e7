"""Why what is unused is not given back, and what clears that."""

from dataclasses import replace

from tests.builders import IDLE, NOW, D, H, account, decision, hold, policy, report
from watcher.cli.render.in_the_way import in_the_way_notes
from watcher.cli.render.sheet import printed
from watcher.facts.accounts import ProjectId
from watcher.record.lateness import Change, Lateness, Since
from watcher.record.reasons import Reason
from watcher.rules.plan import Decision, Leave, with_lateness
from watcher.rules.policy import ReleaseWhen


def too_late(handle: str, change: Change, *, hours: int = 12) -> Decision:
    since = Since.exactly(change, NOW - H)
    one = decision(account(handle, renews_in=hours * H))
    return with_lateness(one, Lateness(due=NOW - D, late=(since,)), changed=True)


def notes(*decisions: Decision) -> str:
    return printed(in_the_way_notes(report(*decisions), None), width=None, color=False)


def test_what_was_first_seen_too_late_was_changed_by_nobody() -> None:
    """ "changed too late for this renewal" stood there of an account that nobody had changed, and no command,
    although the message had one.
    """
    one = too_late("latte", Change.WATCHED)
    assert isinstance(one.course, Leave), one.course
    assert one.course.why is Reason.CHANGED_TOO_LATE
    assert (
        "  1  $150.00  first seen too late for this renewal → `lease-watcher release ACCOUNT --reason WHY` "
        "until its window closes\n"
    ) in notes(one)


def test_of_several_changes_each_is_named() -> None:
    both = notes(too_late("latte", Change.WATCHED), too_late("beans", Change.ENROLLED))
    assert (
        "  2  $300.00  first seen too late for this renewal or enrolled too late for this renewal → " in both
    )


def test_rows_that_add_up_to_more_than_their_heading_say_why() -> None:
    """ "Why 2 unused accounts, $300.00 a month, are not given back" stood above rows of $300.00 and $150.00:
    one account was in both, and nothing said so.
    """
    never = policy(release=replace(IDLE, when=ReleaseWhen.NEVER))
    both = decision(account("latte"), policies=(never,), held=hold(until=NOW + 30 * D))
    alone = decision(account("mocha"), policies=(never,))
    told = notes(both, alone)
    assert "Why 2 unused accounts, $300.00 a month, are not given back\n" in told
    assert [row.split()[1] for row in told.splitlines()[2:4]] == ["$300.00", "$150.00"]
    assert "  1 of them is kept by several of these, and counted in each.\n" in told
    assert "  It is kept by several of these, and counted in each.\n" in notes(both)
    assert "counted in each" not in notes(alone)


def test_a_project_that_is_no_key_of_the_configuration_is_not_shown_as_one() -> None:
    """`enrolled = true` was to stand in [projects.Brand & Co], which is no line of TOML: the API calls so a
    project that nobody has written down.
    """
    of = report(
        decision(account("latte"), enrolled=False), project_names={ProjectId("prj_acme"): "Brand & Co"}
    )
    told = printed(in_the_way_notes(of, None), width=None, color=False)
    assert "  1  $150.00  not enrolled (Brand & Co) → `enrolled = true` in [projects.NAME]\n" in told
