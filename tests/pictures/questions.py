"""What whoever pays asks, and what real commands answer on one Monday, after a quarter on a moved clock.

A turn a day and one at each opening, as a daemon's timer takes it; what is posted comes as time passes.
"""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.cli.desk import Desk
from tests.fakes.clock import FakeClock
from watcher.cli.demo import NAME
from watcher.record.exit_codes import Exit
from watcher.sandbox import DEFAULT_KEY, Account, Fleet, Post, Project, Sandbox
from watcher.sandbox.times import months_on

D, H = timedelta(days=1), timedelta(hours=1)
BEGIN: Final = datetime(2026, 6, 27, 8, tzinfo=UTC)
TODAY: Final = datetime(2026, 10, 5, 8, tzinfo=UTC)
"""The first Monday after the quarter."""
OTHER: Final = "other.toml"
FILE: Final = "leases.ics"
CALENDAR: Final = f"calendar --output {FILE}"

QUESTIONS: Final[Mapping[str, str]] = {
    "renews": "forecast --days 7 --by day",
    "wasted": "audit --use unused",
    "what-if": f"simulate --against {OTHER}",
    "saved": "savings --since 2026-07-01 --until 2026-09-30",
    "calendar": CALENDAR,
}
"""By the name of the picture."""

_CONFIGURATION: Final = """\
mode = "enforce"
[api]
base_url = "{url}"
tier = "partner"
[store]
url = "sqlite:///watcher.db"
[schedule]
poll = "24h"
{projects}
[policies.standard.release]
when = "idle"
idle_after = "21d"
[policies.standard.protect]
handles = ["brand.*"]
[notifiers.ops]
kind = "webhook"
url = "{url}/_sandbox/inbox"
"""


@dataclass(frozen=True, slots=True)
class Habit:
    """An account that renews on `day` of each month at `hour`, and is posted on every so many days, until."""

    handle: str
    project: str
    platform: str
    _: KW_ONLY
    day: int
    hour: int
    cents: int = 15_000
    every: int = 3
    until: str = f"{TODAY:%m-%d}"

    def account(self, now: datetime) -> Account:
        """As it is at `now`, leased for more than half a year."""
        this_month = datetime(now.year, now.month, self.day, self.hour, tzinfo=UTC)
        renews = this_month if this_month > now else months_on(this_month, 1, anchor_day=self.day)
        return Account(
            id=f"sa_{self.handle}",
            project=f"prj_{self.project}",
            handle=self.handle,
            platform=self.platform,
            assigned_at=months_on(renews, -8, anchor_day=self.day),
            next_renewal_at=renews,
            price_cents=self.cents,
        )

    def posts(self) -> Iterator[Post]:
        one = self.account(BEGIN)
        at = datetime.fromisoformat(f"{TODAY.year}-{self.until}T06:00Z")
        while at > BEGIN - 40 * D:
            yield Post.published(id=f"post_{self.handle}_{at:%Y%m%d}", account=one, at=at)
            at -= self.every * D

    def openings(self) -> Iterator[datetime]:
        """Of its windows in the quarter, those that are past a moment."""
        renews = self.account(BEGIN).next_renewal_at
        while renews < TODAY:
            yield renews - 6 * H + timedelta(minutes=1)
            renews = months_on(renews, 1, anchor_day=self.day)


ACME, NORTH, LUMEN = "acme-coffee", "northwind-travel", "lumen-fitness"
HABITS: Final = (
    Habit("espresso.notes", ACME, "instagram", day=7, hour=18, every=2),
    Habit("coffee.stories", ACME, "tiktok", day=12, hour=10),
    Habit("latte.art.lab", ACME, "tiktok", day=8, hour=14, until="05-28"),
    Habit("beans.and.brew", ACME, "instagram", day=14, hour=9, until="06-25"),
    Habit("brand.official", ACME, "instagram", day=10, hour=12, until="05-20"),
    Habit("campaign.reserve", ACME, "tiktok", day=11, hour=10, until="09-02"),
    Habit("morning.grind", ACME, "youtube", day=7, hour=12, cents=24_900, until="09-10"),
    Habit("city.breaks", NORTH, "instagram", day=8, hour=9, every=2),
    Habit("slow.trains", NORTH, "youtube", day=10, hour=20, cents=24_900, until="09-22"),
    Habit("night.markets", NORTH, "tiktok", day=9, hour=16, until="09-08"),
    Habit("island.days", NORTH, "tiktok", day=23, hour=7, cents=9_900, until="07-18"),
    Habit("mountain.huts", NORTH, "instagram", day=16, hour=11, until="06-20"),
    Habit("desk.stretch", LUMEN, "tiktok", day=15, hour=8),
    Habit("five.minute.core", LUMEN, "youtube", day=13, hour=15, until="09-28"),
    Habit("sunrise.yoga", LUMEN, "tiktok", day=21, hour=6, cents=9_900, until="06-01"),
)
_HELD: Final = {
    datetime(2026, 7, 6, 8, tzinfo=UTC): ("@mountain.huts", "2026-08-20", "summer campaign"),
    datetime(2026, 10, 2, 8, tzinfo=UTC): ("@campaign.reserve", "2026-10-31", "holiday campaign"),
}
"""By the turn after which maria says so."""


@contextmanager
def asked(*, begin: datetime = BEGIN) -> Iterator[Desk]:
    """The desk on that Monday, after turns from `begin` on."""
    clock = FakeClock(begin)
    names = (ACME, NORTH, LUMEN)
    fleet = Fleet(
        organization_name="Acme Agency",
        projects=[Project(id=f"prj_{name}", name=name, created_at=BEGIN - 400 * D) for name in names],
        accounts=[each.account(begin) for each in HABITS],
    )
    sandbox = Sandbox(fleet=fleet, clock=clock.now, limits=False)
    with TemporaryDirectory() as folder, sandbox.serve() as serving:
        one = Desk(folder=Path(folder), sandbox=sandbox, clock=clock, url=serving.url)
        one.environ = {"LAYERS_API_KEY": DEFAULT_KEY.secret, "HOME": folder, "USER": "maria"}
        projects = "".join(f'[projects.{name}]\nid = "prj_{name}"\nenrolled = true\n' for name in names)
        projects = projects.replace("\n", "\nkeep_at_least = 5\n", 1)
        one.configure(_CONFIGURATION.format(url=serving.url, projects=projects))
        text = (one.folder / NAME).read_text(encoding="utf-8")
        (one.folder / OTHER).write_text(text.replace('"21d"', '"14d"'), encoding="utf-8")
        _live(one, begin)
        yield one


def _live(one: Desk, begin: datetime) -> None:
    daily = {begin + number * D for number in range((TODAY - begin).days + 1)}
    openings = {at for each in HABITS for at in each.openings() if at > begin}
    posts = sorted((post for each in HABITS for post in each.posts()), key=lambda post: post.scheduled_for)
    for moment in sorted(daily | openings):
        one.pass_time(moment - one.clock.now())
        while posts and posts[0].scheduled_for < moment:
            _posted(one, posts.pop(0))
        assert one.run("run", "--once", "--quiet").code == Exit.DONE
        if moment in _HELD:
            handle, until, why = _HELD[moment]
            assert one.run("hold", handle, "--until", until, "--reason", why).code == Exit.DONE


def _posted(one: Desk, post: Post) -> None:
    """Nobody posts on an account that was given back."""
    if one.sandbox.world.accounts[post.account].status == "assigned":
        one.sandbox.edit(lambda world: world.with_posts([post]))


def typed(one: Desk, command: str, *, wide: int) -> Iterator[tuple[str, str]]:
    """What is typed at a terminal so wide, and what it prints, without what is only so on this machine."""
    if OTHER in command:
        words = ["grep", "idle_after", NAME, OTHER]
        found = subprocess.run(words, cwd=one.folder, capture_output=True, text=True, check=True, timeout=60)
        yield " ".join(words), found.stdout
    said = one.run(*command.split(), wide=wide, NO_COLOR="")
    assert said.code == Exit.DONE, said.err
    out = said.out.replace(str(one.folder), "/etc/lease-watcher").replace(one.url, "https://api.layers.com")
    yield f"lease-watcher {command}", out
