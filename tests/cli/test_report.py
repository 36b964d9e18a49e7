"""`report`, as who pays types it: one file, nothing written but that, and every mistake said."""

from datetime import timedelta

import pytest
from markdown_it import MarkdownIt

from tests.cli.desk import NOW, Desk, with_handle
from watcher.record.exit_codes import Exit
from watcher.sandbox import fleets
from watcher.sandbox.fleets import mixed_fleet


def test_a_page_of_the_whole_fleet_goes_to_the_file_that_is_named(at_desk: Desk) -> None:
    said = at_desk.run("report", "--output", "report.html")
    page = (at_desk.folder / "report.html").read_text(encoding="utf-8")

    assert (said.code, said.out) == (Exit.DONE, "")
    assert page.startswith("<!doctype html>")
    assert page.count("<time ") == 15
    assert "<h1>Leased accounts of Sandbox Partner</h1>" in page
    assert "<h2>What changed since Mon 11 May 12:00 UTC</h2>" in page
    assert at_desk.environ["LAYERS_API_KEY"] not in page


def test_it_reads_and_nothing_else(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    at_desk.pass_time(timedelta(minutes=1))
    before = at_desk.ledger.read_bytes()
    told = len(at_desk.sandbox.inbox)
    assert at_desk.run("report").code == Exit.DONE
    assert at_desk.run("report", "--format", "markdown").code == Exit.DONE

    assert at_desk.ledger.read_bytes() == before
    assert (at_desk.deletes, len(at_desk.sandbox.inbox)) == (0, told)


def test_without_a_ledger_there_is_a_report_and_no_ledger(at_desk: Desk) -> None:
    assert "Nothing changed in the fleet" in at_desk.run("report").out
    assert not at_desk.ledger.exists()


def test_what_changed_goes_as_far_back_as_is_asked(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    at_desk.pass_time(timedelta(hours=2))
    at_desk.run("hold", "@campaign.reserve", "--reason", "holiday campaign", "--by", "maria")
    at_desk.pass_time(timedelta(minutes=1))

    lately = at_desk.run("report", "--format", "markdown", "--since", "1h").out
    assert "maria put it on hold" in lately
    assert "First seen" not in lately
    whole = at_desk.run("report", "--format", "markdown").out
    assert "First seen: 15 accounts: `lease-watcher history --kind lease.new --since 7d`" in whole


def test_what_a_person_must_decide_stands_first_in_the_words_of_every_command(at_desk: Desk) -> None:
    at_desk.reconfigure("max_share = 0.3", "max_share = 0.1")
    at_desk.run("run", "--once")
    at_desk.pass_time(timedelta(minutes=1))
    audit = at_desk.run("audit").out
    (headline,) = [row.strip() for row in audit.splitlines() if "will not be saved unless" in row]
    page = at_desk.run("report").out

    assert headline in page
    assert page.index("<h2>To decide</h2>") < page.index("<h2>What renews when</h2>")


@pytest.mark.parametrize("format_", ["html", "markdown"])
def test_a_handle_from_the_api_is_nothing_but_text(tmp_path, format_: str) -> None:
    from tests.cli.desk import desk

    evil = '</script><script>alert("1")</script>'
    with desk(tmp_path, with_handle(fleets.mixed(NOW), mixed_fleet.LATTE_ART_LAB, evil)) as one:
        text = one.run("report", "--format", format_).out

    html = text if format_ == "html" else MarkdownIt("commonmark").enable("table").render(text)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_a_terminal_is_shown_no_html(at_desk: Desk) -> None:
    said = at_desk.run("report", wide=80)
    assert (said.code, said.out) == (Exit.USAGE, "")
    assert "name a file, such as `--output report.html`" in said.told
    assert at_desk.run("report", "--format", "markdown", wide=80).code == Exit.DONE


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--since", "yesterday"), "--since yesterday: "),
        (("--since", "9999-12-31"), "--since 9999-12-31: is not past, so nothing has changed since"),
        (("--output", "watcher.db"), "belongs to the ledger"),
        (("--output", "lease-watcher.toml"), "is the configuration"),
        (("--output", "no/such/folder.html"), "make it, or name another file."),
    ],
)
def test_a_mistake_is_said_and_nothing_overwritten(at_desk: Desk, words: tuple[str, ...], why: str) -> None:
    before = (at_desk.folder / "lease-watcher.toml").read_bytes()
    said = at_desk.run("report", *words)
    assert said.code == Exit.USAGE
    assert why in said.told
    assert (at_desk.folder / "lease-watcher.toml").read_bytes() == before
    assert not at_desk.ledger.exists()


def test_it_ends_as_an_audit_ends(at_desk: Desk) -> None:
    at_desk.reconfigure('tier = "partner"', 'tier = "partner"\nkey_file = "key"')
    (at_desk.folder / "key").write_text("lp_unknown", encoding="utf-8")
    (at_desk.folder / "key").chmod(0o600)
    audit = at_desk.run("audit")
    said = at_desk.run("report")
    assert said.code == audit.code == Exit.KEY
    assert "The turn could not go on" in said.out


def test_what_releases_came_to_is_what_savings_says_also_where_one_did_not_last(at_desk: Desk) -> None:
    """Of four releases one did not last: the report said "Released: 4 accounts, saving $600.00 a month", and
    `savings` of the same ledger that $300.00 are saved and $150.00 not yet.
    """
    at_desk.run("run", "--once")
    for _ in range(2):
        at_desk.pass_time(timedelta(hours=15))
        at_desk.run("run", "--once")
    assert at_desk.deletes == 3
    leased = {"status": "assigned", "disconnected_reason": None, "disconnected_at": None}
    at_desk.sandbox.edit(lambda world: world.with_changed_account(mixed_fleet.LATTE_ART_LAB, **leased))
    at_desk.pass_time(timedelta(minutes=30))
    assert at_desk.run("run", "--once").code == Exit.REFUSED
    at_desk.pass_time(timedelta(hours=6))
    at_desk.run("run", "--once")
    assert at_desk.deletes == 4
    at_desk.pass_time(timedelta(minutes=1))

    savings = at_desk.run("savings", "--since", "7d").out
    page = at_desk.run("report", "--format", "markdown").out
    _, _, changed = page.partition("## What changed since ")
    told = [row.replace("\\", "") for row in changed.splitlines()]
    for label, money, what in (
        ("Saved", "$300.00", "2 renewals that our releases avoided, at the price as it was read"),
        (
            "Not yet saved",
            "$150.00",
            "1 release whose renewal lies after that time, the last Wed 20 May",
        ),
        ("Not saved", "$150.00", "1 renewal, of releases that the API confirmed and that did not last"),
    ):
        assert f"{label:<15}{money}  {what}" in savings
        assert [row for row in told if row.startswith(f"- {label}: {money}, {what}")]
    (paid,) = [row for row in savings.splitlines() if row.startswith("Paid for nothing")]
    assert f"- {paid}." in told
    assert not [row for row in told if "$600.00" in row or "a month" in row]
