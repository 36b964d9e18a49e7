"""The histories: what is configured in each, what happens in it, and how the watcher is run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.histories.play import DAYS, Play, playing
from tests.histories.surfaces import faults

M, H = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class History:
    name: str
    seed: int
    play: Callable[[Play], None]
    accounts: int
    projects: int

    def text(self, folder: Path) -> str:
        with playing(folder, self.seed, accounts=self.accounts, projects=self.projects) as play:
            play.transcript.lines.append(f"{self.name}: {self.play.__doc__}")
            self.play(play)
        return play.transcript.text()


HISTORIES: dict[str, History] = {}


def history(*, accounts: int = 10, projects: int = 3) -> Callable[[Callable[[Play], None]], None]:
    def held(play: Callable[[Play], None]) -> None:
        seed = len(HISTORIES) + 1
        name = f"{seed:02}-{play.__name__.replace('_', '-')}"
        HISTORIES[name] = History(name=name, seed=seed, play=play, accounts=accounts, projects=projects)

    return held


@history()
def a_quiet_month_of_cron(play: Play) -> None:
    """Nothing goes wrong: one turn a day."""
    play.says(3, "audit")
    play.cron(0, DAYS)


@history()
def a_quiet_month_of_the_daemon(play: Play) -> None:
    """Nothing goes wrong: the daemon, and its turns at openings."""
    play.configure(policies__standard__release__lead="6h")
    play.says(20, "audit", "--format", "csv")
    play.daemon(0, DAYS)


@history()
def an_api_that_fails(play: Play) -> None:
    """Errors of every kind, for a moment, a day, and for days across renewals."""
    play.faulty(1.9, 2.1, faults.ServerError(status=500, times=2))
    play.faulty(3.9, 4.1, faults.RateLimited(retry_after="7", times=3))
    play.faulty(5.9, 7.1, faults.Html(path="prj_beta"))
    play.faulty(8.9, 9.1, faults.Truncated(path="leased-accounts", times=5))
    play.faulty(11.9, 14.1, faults.ServerError(status=503, code="UNAVAILABLE"))
    play.faulty(18.9, 19.1, faults.EmptyBody(path="scheduled", status=200))
    play.faulty(23.9, 27.9, faults.ServerError(status=503, code="UNAVAILABLE", path="prj_acme"))
    play.faulty(32.9, 34.1, faults.DropBefore(path="prj_gamma"))
    play.faulty(36.9, 37.1, faults.RateLimited(retry_after="nonsense"))
    play.cron(0, DAYS)


@history()
def deletes_without_an_answer(play: Play) -> None:
    """DELETEs that are lost, before or after they took effect; what came of each is found out or said."""
    play.configure(policies__standard__release__lead="12h")
    play.at(0, lambda: play.sandbox.add_fault(faults.LostAnswer(method="DELETE", times=1)))
    play.at(
        0, lambda: play.sandbox.add_fault(faults.ServerError(method="DELETE", after=1, times=1, status=502))
    )
    play.at(
        0,
        lambda: play.sandbox.add_fault(
            faults.ServerError(method="DELETE", after=3, times=1, status=500, apply=True)
        ),
    )
    play.at(0, lambda: play.sandbox.add_fault(faults.DropBefore(method="DELETE", after=4, times=2)))
    play.daemon(0, DAYS)


@history()
def releases_that_are_refused(play: Play) -> None:
    """The API says no: not leased, forbidden, not found, a scope that is missing."""
    play.at(
        0,
        lambda: play.sandbox.add_fault(
            faults.ServerError(method="DELETE", times=1, status=409, code="NOT_LEASED")
        ),
    )
    play.at(
        0,
        lambda: play.sandbox.add_fault(
            faults.ServerError(method="DELETE", after=1, times=1, status=403, code="FORBIDDEN")
        ),
    )
    play.at(
        0,
        lambda: play.sandbox.add_fault(
            faults.ServerError(method="DELETE", after=2, times=1, status=404, code="NOT_FOUND")
        ),
    )
    play.at(
        0,
        lambda: play.sandbox.add_fault(
            faults.ServerError(method="DELETE", after=3, times=1, status=403, code="FORBIDDEN_SCOPE")
        ),
    )
    play.says(35, "history")
    play.cron(0, DAYS)


@history(accounts=14)
def brakes_that_trip(play: Play) -> None:
    """Too many, too large a share, too much money; one docket is approved, the limits change later."""
    play.configure(brakes__max_releases=1, policies__standard__release__lead="30h")
    play.configure(brakes__max_value_cents=20000, projects__beta__keep_at_least=4)

    def approve() -> None:
        found = play.last_docket()
        if found:
            play.command("approve", found, "--reason", "agreed with the agency")

    for day in (6.3, 12.3, 18.3, 22.3, 27.3):
        play.at(day, approve)
    play.reconfigures(24, brakes__max_releases=None, brakes__max_value_cents=None)
    play.reconfigures(30, brakes__max_share=0.05)
    play.reconfigures(36, brakes__max_share=0.6)
    play.cron(0, DAYS)


@history()
def people_have_their_say(play: Play) -> None:
    """Holds, pauses, acknowledgements, and what commands answer."""
    idle = play.with_habit("idle")
    why = ("--reason", "holiday campaign", "--by", "jo")
    play.says(1.2, "hold", idle[0], *why)
    play.says(2.2, "hold", "@nobody", *why)
    play.says(3.2, "hold", idle[1], "--until", "2026-02-25", *why)
    play.says(4.2, "hold", idle[2], "--until", "forever", *why)
    play.says(5.2, "holds")
    play.says(6.2, "unhold", idle[0], *why)
    play.says(7.2, "pause", "--project", "beta", "--reason", "audit until Friday")
    play.says(9.2, "explain", idle[1])
    play.says(11.2, "resume", "--project", "beta", "--reason", "audited")
    play.says(16.2, "pause", "--until", "2026-02-10", "--reason", "agency away")
    play.says(21.2, "ack", idle[2], "--by", "jo")
    play.says(28.2, "unhold", idle[2], *why)
    play.says(30.2, "outbox")
    play.says(44.2, "history", idle[1])
    play.says(44.3, "history", "--format", "json")
    play.cron(0, DAYS)


@history()
def receivers_that_are_away(play: Play) -> None:
    """Webhook and mail are down, refuse, and come back; what was given up is retried or dropped."""
    play.configure(policies__standard__release__lead="6h", schedule__poll="12h")
    play.away(4.1, 8.3, "/ops")
    play.away(14.1, 15.3, "/ops", 404)
    play.no_mail(6.1, 6.9)
    play.no_mail(10.1, 18.5)
    play.no_mail(24.1, 25.1, "550 5.7.1 no")
    play.says(18.2, "outbox")
    play.says(18.8, "outbox", "retry", "--notifier", "team")
    play.says(25.5, "outbox", "drop", "--notifier", "team", "--reason", "told by phone", "--by", "jo")
    play.daemon(0, DAYS)


@history()
def clocks_that_are_wrong(play: Play) -> None:
    """The machine's clock is set forward and back; the API's Date is off, missing, or old."""
    play.configure(policies__standard__release__lead="6h", schedule__poll="8h")
    play.sets_clock(4.1, 3 * H)
    play.sets_clock(6.1, -3 * H)
    play.faulty(9.1, 11.1, faults.NoDate())
    play.faulty(13.1, 14.1, faults.WrongDate(offset=5 * M))
    play.sets_clock(17.1, -2 * H)
    play.sets_clock(19.1, 2 * H)
    play.faulty(22.1, 23.1, faults.WithAge(seconds=900))
    play.sets_clock(26.1, 40 * 24 * H)
    play.sets_clock(27.1, -40 * 24 * H)
    play.daemon(0, DAYS)


@history()
def a_watcher_that_is_away(play: Play) -> None:
    """Stopped for days, killed, started anew; cron and the daemon in turn."""
    play.configure(policies__standard__release__lead="12h")
    play.daemon(0, 6.3, killed=True)
    play.daemon(6.4, 11)
    play.cron(16, 22)
    play.daemon(26, 30, killed=True)
    play.daemon(31, 33)
    play.cron(40, DAYS)
