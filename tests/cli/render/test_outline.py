"""What commands print, as blocks of a page: the very words, none added and none lost."""

from datetime import UTC

from tests.builders import NOW, H, account, decision, matter
from watcher.brakes import Halt
from watcher.brakes.docket import Docket, entry_of
from watcher.brakes.kinds.too_many import TOO_MANY
from watcher.cli.render.matters import matters_told
from watcher.cli.render.outline import MOST_MATTERS, outline, to_decide
from watcher.cli.render.sheet import BLANK, Line, heading, line, printed
from watcher.facts.accounts import ProjectId, Unread
from watcher.messages.matters import Matter, unreadable_project
from watcher.ports.pages import PageBlock, PageGroup, PageRow, Tone


def test_a_heading_stands_over_what_follows_until_a_blank_line() -> None:
    why = [heading("Why"), line("✓ Nobody holds it.", indent=2), line("by design", indent=4)]
    assert outline([*why, BLANK, line("It costs $1.00.")]) == (
        PageBlock(title="Why", rows=(PageRow(text="✓ Nobody holds it."), PageRow(text="by design", level=1))),
        PageBlock(title="", rows=(PageRow(text="It costs $1.00."),)),
    )


def test_only_what_is_a_heading_is_one_whatever_follows() -> None:
    """A first line over what was set in was taken for one, unless it ended in a full stop."""
    (block,) = outline([line("Next: one is to be released: now"), line("It is halted.", indent=2)])
    assert block.title == ""
    assert [one.text for one in block.rows] == ["Next: one is to be released: now", "It is halted."]


def test_columns_are_parted_by_dots() -> None:
    rows = [Line(parts=((f"  {row}", ""),), indent=2) for row in (" 1  $150.00  held", "10   $50.00  kept")]
    (block,) = outline([heading("Why"), *rows])
    assert [(one.text, one.level) for one in block.rows] == [
        ("1 · $150.00 · held", 0),
        ("10 · $50.00 · kept", 0),
    ]


def test_nothing_is_no_block() -> None:
    assert outline(()) == outline([BLANK, BLANK]) == ()


def halted() -> Matter:
    two = [decision(account(name, renews_in=29 * H)) for name in ("latte", "mocha")]
    docket = Docket(entries=tuple(entry for one in two if (entry := entry_of(one, NOW)) is not None))
    return matter([Halt(brake=TOO_MANY, measured=2, limit=1)], docket)


def test_matters_are_told_as_every_command_tells_them() -> None:
    unread = unreadable_project(Unread(project=ProjectId("prj_x"), name="x", code="NOT_FOUND", why="gone"))
    found = to_decide(
        (halted(), unread), {ProjectId("prj_acme"): "acme"}, NOW, UTC, command="lease-watcher audit"
    )
    told = printed(
        matters_told((halted(), unread), {ProjectId("prj_acme"): "acme"}, NOW, UTC), width=None, color=False
    )
    words = [" ".join(one.split()) for one in told.splitlines() if one.strip()]
    assert [text for group in found for text in (group.title, *_texts(group))] == words
    assert [one.tone for one in found[0].blocks] == [Tone.URGENT, Tone.PLAIN]
    assert found[0].blocks[0].title.endswith(f"({halted().left(NOW)})")


def _texts(group: PageGroup) -> list[str]:
    return [
        text.replace(" · ", " ")
        for block in group.blocks
        for text in (block.title, *(row.text for row in block.rows))
    ]


def test_where_nothing_waits_that_is_said() -> None:
    (group,) = to_decide((), {}, NOW, UTC, command="lease-watcher audit")
    assert (group.title, group.blocks[0].rows[0].text) == ("To decide", "Nothing waits for a decision.")


def test_of_too_many_matters_the_first_are_told_and_how_many_more_there_are() -> None:
    """A thousand projects that cannot be read were a thousand blocks before anything else."""
    some = [
        unreadable_project(Unread(project=ProjectId(f"prj_{n}"), name=f"p{n}", code="NOT_FOUND", why="gone"))
        for n in range(MOST_MATTERS + 2)
    ]

    def told(count: int) -> list[str]:
        (group,) = to_decide(some[:count], {}, NOW, UTC, command="lease-watcher audit")
        return [*_texts(group)]

    assert [len(told(count)) for count in (MOST_MATTERS, MOST_MATTERS + 1)] == [
        len(told(1)) * MOST_MATTERS,
        len(told(1)) * MOST_MATTERS + 2,
    ]
    assert told(MOST_MATTERS + 2)[-1] == "2 more: `lease-watcher audit` tells of all of them."
