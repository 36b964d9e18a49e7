"""A quarter of a year in minutes: the daemon's own loop on a clock that goes to whatever happens next.

Everything is what users have (settings from TOML, SQLite, real HTTP, a real SMTP server, the daemon's loop,
reloads) but for time: the clock, and the alarm, which only asks for turns. The world, 60 accounts with
habits of their own, is drawn from a seed; one seed is one history.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP as POLICY
from pathlib import Path
from threading import Event as Signal
from typing import Any, cast

from tests.adapters.channels.post_office import Office, post_office
from tests.fakes.passing import PassingAlarm, PassingClock
from watcher.adapters.workers import HereAndNow
from watcher.daemon.reload import Configuration
from watcher.daemon.request import Request
from watcher.daemon.run import serve
from watcher.decide.exits import exit_of
from watcher.decide.report import Report
from watcher.record.exit_codes import Exit
from watcher.sandbox import DEFAULT_KEY, Account, Fleet, Post, Project, Sandbox, ServerError
from watcher.settings.load import Good, load
from watcher.texts.secret import Secret
from watcher.wiring.daemon import StatusTold
from watcher.wiring.turn import Purpose, Wiring

START = datetime(2026, 1, 20, 9, tzinfo=UTC)
DAYS = 92
"""To 22 April: the end of a short month and of two long ones, and a spring in which an hour is skipped."""
D, H, M = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
API_DOWN = (START + 30 * D, START + 32 * D)
MAIL_DOWN = (START + 50 * D, START + 52 * D)
PROJECTS = tuple(f"prj_{name}" for name in ("acme", "beta", "gamma", "delta"))
IDLE_AFTER = 21 * D
LEAD, MARGIN, NOTICE = 6 * H, 10 * M, 24 * H

_TEXT = """\
mode = "enforce"
timezone = "Europe/Berlin"
[api]
base_url = "{url}"
tier = "partner"
[schedule]
cron = "5 * * * *"
[store]
url = "sqlite:///watcher.db"
[brakes]
max_share = 0.3
{projects}
[policies.standard.release]
when = "idle"
notice_to = ["mail"]
[notifiers.mail]
kind = "email"
host = "127.0.0.1"
port = {port}
security = "none"
sender = "watcher@example.com"
to = ["ops@example.com"]
[notifiers.inbox]
kind = "webhook"
url = "{url}/_sandbox/inbox"
"""


@dataclass(kw_only=True)
class Quarter:
    """What there was, and what came of it.

    `codes`: how each turn ended, by when it began. `heard`, `mailed`: when each event and mail was there.
    """

    clock: PassingClock
    sandbox: Sandbox
    office: Office
    folder: Path
    codes: dict[datetime, Exit] = field(default_factory=dict)
    heard: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    mailed: list[tuple[datetime, str]] = field(default_factory=list)
    _digests: int = 0

    def told(self, *kinds: str) -> list[tuple[datetime, dict[str, Any]]]:
        return [(at, event) for at, event in self.heard if event["kind"] in kinds]

    def look(self) -> None:
        """Note what has come since the last look."""
        now = self.clock.now()
        for digest in self.sandbox.inbox[self._digests :]:
            self.heard += [(now, event) for event in digest["events"]]
        self._digests = len(self.sandbox.inbox)
        for envelope in self.office.envelopes[len(self.mailed) :]:
            mail = message_from_bytes(envelope.content or b"", policy=POLICY)
            body = mail.get_body(("plain",))
            self.mailed.append((now, body.get_content() if body else ""))


def accounts_of(draw: random.Random) -> list[Account]:
    """Sixty, whose renewals fall on every day of a month, the last ones too."""
    found = []
    for number in range(60):
        assigned = (START - 200 * D).replace(month=8, day=1 + number % 31, hour=draw.randrange(24))
        months = 6 if assigned.replace(month=1, year=2026) > START.replace(hour=23, minute=59) else 7
        found.append(
            Account(
                id=f"sa_{number:02}",
                project=PROJECTS[number % len(PROJECTS)],
                handle=f"brand.{number:02}",
                assigned_at=assigned,
                next_renewal_at=_monthly(assigned, months - 1),
                price_cents=draw.choice((9_900, 15_000, 15_000, 24_900)),
            )
        )
    return found


def _monthly(assigned: datetime, months: int) -> datetime:
    year, month = divmod(assigned.year * 12 + assigned.month - 1 + months, 12)
    first = assigned.replace(year=year, month=month + 1, day=1)
    length = ((first + 31 * D).replace(day=1) - first).days
    return first.replace(day=min(assigned.day, length))


def posts_of(account: Account, number: int, draw: random.Random) -> Iterator[Post]:
    """Half post on, a third stop at some time, some have long stopped, and a few begin again."""
    habit = ("busy", "fading", "busy", "fading", "busy", "idle", "busy", "reviving")[number % 8]
    end = {
        "busy": START + DAYS * D,
        "fading": START + draw.randrange(-10, DAYS - 20) * D,
        "idle": START - draw.randrange(25, 60) * D,
        "reviving": START - draw.randrange(5, 18) * D,
    }[habit]
    spells = [(account.assigned_at + 2 * D, end)]
    if habit == "reviving":
        spells.append((START + draw.randrange(20, 60) * D, START + DAYS * D))
    for since, until in spells:
        at = since
        while at < until:
            yield Post.published(id=f"post_{account.id}_{at:%Y%m%d%H}", account=account, at=at)
            at += draw.randrange(24, 24 * 6) * H


@contextmanager
def quarter(folder: Path, seed: int, *, days: int = DAYS) -> Iterator[Quarter]:
    """Runs it; what came of it can be looked at until the block ends."""
    draw = random.Random(seed)
    clock = PassingClock(START)
    accounts = accounts_of(draw)
    posts = sorted(
        (post for number, account in enumerate(accounts) for post in posts_of(account, number, draw)),
        key=lambda post: post.scheduled_for,
    )
    fleet = Fleet(
        projects=[Project(id=id_, name=id_, created_at=START - 400 * D) for id_ in PROJECTS],
        accounts=accounts,
        posts=[post for post in posts if post.scheduled_for < START],
        wallet_cents=10_000_000,
    )
    sandbox = Sandbox(fleet=fleet, clock=clock.now, limits=False)
    with post_office() as office, sandbox.serve() as served:
        one = Quarter(clock=clock, sandbox=sandbox, office=office, folder=folder)
        for post in posts:
            if post.scheduled_for >= START and post.published_at:
                clock.at(post.published_at, lambda post=post: _posted(sandbox, post))  # type: ignore[misc]
        _outages(one)
        for day in range(1, DAYS):
            clock.at(START + day * D, lambda: _leased_again(one, draw))
        _serve(one, served.url, days)
        yield one


def _posted(sandbox: Sandbox, post: Post) -> None:
    """Nobody posts on an account that was given back; under a new lease they go on."""
    held = sandbox.world.accounts[post.account]
    if held.status == "assigned":
        sandbox.edit(lambda world: world.with_posts([post]))


def _leased_again(one: Quarter, draw: random.Random) -> None:
    """Some of what was given back is wanted again, under its old id."""
    now = one.clock.now()
    for account in one.sandbox.world.accounts.values():
        gone_for = now - account.disconnected_at if account.disconnected_at else timedelta()
        if account.status == "disconnected" and gone_for > 3 * D and draw.random() < 0.15:
            again = replace(
                account,
                status="assigned",
                disconnected_at=None,
                disconnected_reason=None,
                assigned_at=now,
                next_renewal_at=_monthly(now, 1),
            )
            one.sandbox.edit(lambda world, again=again: world.with_account(again))  # type: ignore[misc]


def _outages(one: Quarter) -> None:
    one.clock.at(API_DOWN[0], lambda: one.sandbox.add_fault(ServerError(status=503, code="UNAVAILABLE")))
    one.clock.at(API_DOWN[1], one.sandbox.clear_faults)
    one.clock.at(MAIL_DOWN[0], lambda: setattr(one.office, "sender", "451 4.3.0 try again later"))
    one.clock.at(MAIL_DOWN[1], lambda: setattr(one.office, "sender", "250 OK"))


def _serve(one: Quarter, url: str, days: int) -> None:
    projects = "".join(
        f'[projects.{id_.removeprefix("prj_")}]\nid = "{id_}"\nenrolled = true\n' for id_ in PROJECTS
    )
    text = _TEXT.format(url=url, port=one.office.port, projects=projects)
    file = one.folder / "lease-watcher.toml"
    file.write_text(text, encoding="utf-8")

    def loaded() -> Good:
        found = load(file, {"LAYERS_API_KEY": DEFAULT_KEY.secret}, one.folder, one.clock.now())
        assert isinstance(found, Good), found
        return found

    def read() -> Configuration:
        return Configuration(settings=loaded().settings, key=Secret(DEFAULT_KEY.secret))

    def note(report: Report) -> None:
        one.codes[report.started_at] = exit_of(report)

    stop, request = Signal(), Request()
    one.clock.at(START + 40 * D + H, request.ask)
    one.clock.at(START + days * D, stop.set)
    wiring = Wiring(
        settings=loaded().settings,
        key=Secret(DEFAULT_KEY.secret),
        clock=one.clock,
        purpose=Purpose.RUN,
        stop=stop,
        workers=HereAndNow(),
    )
    one.clock.before_each_look = one.look
    unasked = cast(StatusTold, None)
    alarm = PassingAlarm(one.clock)
    serve(wiring, alarm=alarm, environ={}, read=read, request=request, show=note, told=unasked)
