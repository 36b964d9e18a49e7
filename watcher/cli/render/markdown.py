"""A page as Markdown, in brief: for a pull request or a wiki. Nobody is notified by a handle in it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from watcher.decide.figures import Figures
from watcher.ports.pages import PageAccount, PageBlock, PageRow, Tone, WholePage
from watcher.texts.marked import code, escaped, marked, table
from watcher.texts.money import dollars
from watcher.texts.spans import counted

MOST_ACCOUNTS: Final = 50
MOST_CHANGES: Final = 20


def markdown(page: WholePage) -> str:
    """What to decide, the money, the accounts that something happens to, and what changed."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: WholePage) -> Iterator[str]:
    yield f"# {marked(page.title)}"
    yield from ("", marked(page.subtitle))
    for notice in page.notices:
        yield from ("", f"**{marked(notice)}**")
    if page.figures:
        yield ""
        yield from table(
            ["", "", ""],
            [[marked(one.label), f"**{marked(one.value)}**", marked(one.note)] for one in page.figures],
        )
    for group in page.decide:
        yield from ("", f"## {marked(group.title)}", "")
        for block in group.blocks:
            yield from _item(block)
    if page.weeks is not None and page.weeks.projects:
        yield from ("", "## Money by project and week", "")
        yield from _weeks(page)
    if page.accounts:
        yield from _accounts(page.accounts, page.accounts_left_out)
    for block in page.notes:
        yield from ("", f"## {marked(block.title)}", "") if block.title else ("",)
        yield from _rows(block.rows)
    if page.changed is not None:
        yield from ("", f"## {marked(page.changed.title)}", "")
        yield from _rows(page.changed.rows[:MOST_CHANGES])
        left = len(page.changed.rows) - MOST_CHANGES
        yield from ("", f"And {left:,} more.") if left > 0 else ()
    yield ""
    yield from (f"<sub>{marked(one)}</sub>" for one in page.foot)


def _item(block: PageBlock) -> Iterator[str]:
    title = f"**{marked(block.title)}**" if block.tone is Tone.URGENT else marked(block.title)
    if block.title:
        yield f"- {title}"
    for row in block.rows:
        yield f"  - {marked(row.text)}" if block.title else marked(row.text)


def _rows(rows: Iterable[PageRow]) -> Iterator[str]:
    for row in rows:
        label = f"{marked(row.label)} " if row.label else ""
        yield f"{'  ' * row.level}- {label}{marked(row.text)}"


def _weeks(page: WholePage) -> Iterator[str]:
    weeks = page.weeks
    assert weeks is not None
    heads = [one.in_words for one in weeks.weeks]
    rows = [
        [escaped(one.name), *map(_money, one.weeks), f"**{_money(one.whole)}**"] for one in weeks.projects
    ]
    totals = ["All projects", *map(_money, weeks.totals), f"**{_money(weeks.whole)}**"]
    yield from table(["Project", *heads, "A month"], [*rows, totals])
    if page.weeks_left_out:
        yield from ("", marked(page.weeks_left_out))


def _money(sums: Figures) -> str:
    if not sums.all.accounts:
        return "–"
    unused = f" ({marked(dollars(sums.unused.cents))} unused)" if sums.unused.cents else ""
    return f"{marked(dollars(sums.all.cents))}{unused}"


def _accounts(accounts: Sequence[PageAccount], left_out: str) -> Iterator[str]:
    """Those that something happens to, or that are unused; the others are counted."""
    told = [one for one in accounts if one.tone is not Tone.PLAIN]
    here = told[:MOST_ACCOUNTS]
    yield from ("", "## Unused, or to be released", "")
    if here:
        yield from table(
            ["Account", "Project", "Use today", "Renews", "A month", "What happens"],
            [
                [
                    code(one.handle),
                    escaped(one.project),
                    f"{marked(one.use)}: {marked(one.evidence)}",
                    marked(one.renews),
                    marked(dollars(one.cents)),
                    marked(one.what),
                ]
                for one in here
            ],
        )
        yield ""
    rest = len(accounts) - len(here)
    if rest:
        yield f"{counted(rest, 'account')} not listed here: `lease-watcher audit` shows every one."
    if left_out:
        yield marked(left_out)
