"""From one message alone: what is lost, by when, why, and what to type; and who decided."""

from pathlib import Path

from tests.stage import NOW, OPENS, RENEWS, H, M, Stage
from tests.turn.test_brakes import with_due
from watcher.record.overrides import OverrideKind


def said(stage: Stage) -> list[str]:
    """The messages that came since the last look, whole, as a person reads them."""
    told = [digest["text"] for digest in stage.sandbox.inbox]
    stage.sandbox.inbox.clear()
    return told


def test_a_halt_its_withdrawn_approval_and_its_approval_are_told_whole(tmp_path: Path) -> None:
    with with_due(tmp_path, 3, of=29) as stage:
        stage.configure({"policies.standard.warn": []})
        stage.turn()
        [coming] = said(stage)
        [docket] = {
            word for word in coming.split() if len(word) == 8 and set(word) <= set("0123456789abcdef")
        }
        who = [f"@due{number:02}" for number in range(3)]
        approve = f"`lease-watcher approve {docket} --reason WHY` allows exactly these"
        assert coming == (
            "Lease watcher, Mon 18 May 2026 12:00 UTC: $450.00 will not be saved unless 3 releases are "
            "approved by Tue 19 May 17:35 UTC\n"
            "\n"
            "WARNING\n"
            f"→ `lease-watcher approve {docket} --reason WHY` allows 3 releases ($450.00), "
            "by Tue 19 May 17:35 UTC\n"
            f"→ `lease-watcher docket {docket}` lists them\n→ to keep one: `lease-watcher hold ACCOUNT`\n"
            "acme:\n"
            "- 3 releases announced, $450.00; "
            "will be halted: too large a share of the fleet (by Tue 19 May 12:00 UTC 3 of 29 "
            "accounts, limit 10%)\n"
            + "".join(
                f"  from Tue 19 May 12:00 UTC  {one} on tiktok  $150.00  no post published through Layers "
                "for 39 d 23 h; renews Tue 19 May 18:00 UTC; "
                "halted unless what halts it ends by Tue 19 May 17:35 UTC\n"
                for one in who
            )
        )

        with stage.ledger() as ledger:
            kept = ledger.docket(docket)
        assert kept is not None
        stage.say(OverrideKind.APPROVE, periods=kept.periods, until=RENEWS, by="ann", why="fine")
        stage.move_to(NOW + H)
        stage.say(OverrideKind.UNAPPROVE, periods=kept.periods, by="bob", why="ask first")
        stage.turn_at(OPENS)
        [halt] = said(stage)
        assert halt == (
            "Lease watcher, Tue 19 May 2026 12:00 UTC\n"
            "\n"
            "CRITICAL\n"
            "- $450.00 will not be saved unless 3 releases are approved by Tue 19 May 17:35 UTC; "
            "3 releases are halted (@due00, @due01, @due02): "
            "too large a share of the fleet (3 of 29 accounts, limit 10%); "
            "bob withdrew the approval of releases, Mon 18 May 13:00 UTC: ask first; "
            f"{approve}\n"
        )
        assert stage.deletes == 0

        stage.move_to(OPENS + 10 * M)
        stage.say(OverrideKind.APPROVE, periods=kept.periods, until=RENEWS, by="ann", why="they know")
        report = stage.turn_at(OPENS + 15 * M)
        assert len(stage.released) == 3
        assert report.matters == (), "what is released already is nothing to decide"
        [over] = said(stage)
        assert over == (
            "Lease watcher, Tue 19 May 2026 12:15 UTC: 3 accounts released, $450.00 a month saved; "
            "1 problem over\n"
            "\n"
            "INFO\n"
            "- over after 15 min: the halt of 3 releases; "
            "ann approved releases past the limits, Tue 19 May 12:10 UTC: they know\n"
            "acme:\n"
            "- 3 accounts released, $450.00 a month saved\n"
            + "".join(f"  renewal Tue 19 May 18:00 UTC  {one} on tiktok  $150.00\n" for one in who)
        )
