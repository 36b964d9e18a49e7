"""People, rules, accounts and posts change."""

from datetime import timedelta

from tests.histories.history import history
from tests.histories.play import Play
from tests.histories.population import DAYS
from tests.histories.surfaces import corruptions, faults

H, D = timedelta(hours=1), timedelta(days=1)


@history(6, accounts=14)
def brakes_that_trip(play: Play) -> None:
    """Too many, too large a share, too much money; dockets are approved, the limits change later."""
    play.configure(
        brakes__max_releases=1,
        brakes__max_value_cents=20_000,
        policies__standard__release__lead="30h",
        projects__beta__keep_at_least=5,
    )
    for day in (6.3, 12.3, 18.3, 22.3, 27.3):
        play.approves(day)
    play.reconfigures(24, brakes__max_releases=None, brakes__max_value_cents=None)
    play.reconfigures(30, brakes__max_share=0.05)
    play.reconfigures(36, brakes__max_share=0.6)
    play.cron(0, DAYS)


@history(7)
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
    silent = play.with_habit("silent")[0]
    announced = play.release_of(silent, lead=74)
    play.away(announced - 0.1, announced + 1.5, "/ops")
    play.says(announced + 0.5, "hold", silent, *why)
    play.says(28.2, "unhold", idle[2], *why)
    play.says(30.2, "outbox")
    play.says(44.2, "history", idle[1])
    play.says(44.3, "history", "--format", "json")
    play.cron(0, DAYS)


@history(15)
def observed_then_enforced(play: Play) -> None:
    """Watched for two weeks, then enforced by a restart; configurations are refused, mended, taken over."""
    play.configure(mode="observe", policies__standard__release__lead="6h")
    later = [each for each in map(play.renewal_of, play.with_habit("idle")) if each > 12]
    begins = later[0] - 1.5
    play.says(1.2, "run", "--once", "--dry-run")
    play.reconfigures(6.2, mode="enforce")
    play.reconfigures(6.4, mode="observe", brakes__max_releases="many")
    play.reconfigures(6.6, brakes__max_releases=10)
    play.at(begins + 0.1, lambda: play.configure(mode="enforce"))
    play.reconfigures(later[1] - 1.2, policies__standard__release__idle_after="20d")
    last = max(play.with_habit("idle") + play.with_habit("silent"), key=play.renewal_of)
    play.interrupts(play.renewal_of(last) - 0.255, play.project_of(last), play.hangup)
    play.reconfigures(27.2, policies__standard__release__whne="idle")
    play.reconfigures(28.2, policies__standard__release__whne=None)
    play.reconfigures(31.2, notifiers__ops__events=["release.*", "problem.*"])
    play.reconfigures(38.2, mode="observe")
    play.daemon(0, begins)
    play.daemon(begins + 0.2, DAYS)


@history(16, accounts=14)
def policies_of_every_kind(play: Play) -> None:
    """At term, never, late notices, no notice, protections, matches, budgets, a discovered project."""
    play.configure(
        discovery__enabled=True,
        budget__monthly_cents=150_000,
        projects__acme__policy=["large", "campaign"],
        projects__beta__policy=["tiktok"],
        projects__beta__budget_cents=40_000,
        projects__gamma__policy="late",
        projects__gamma__enrolled=True,
        policies__large__match={"min_followers": 50_000},
        policies__large__release__when="never",
        policies__campaign__warn=["3d"],
        policies__campaign__release__when="always",
        policies__campaign__release__lead="26h",
        policies__campaign__release__notice="48h",
        policies__campaign__release__cancel_queued=True,
        policies__tiktok__match={"platforms": ["tiktok"], "min_age": "90d"},
        policies__tiktok__warn_for="unused",
        policies__tiktok__release__when="idle",
        policies__tiktok__release__notice="0s",
        policies__tiktok__release__lead="26h",
        policies__late__release__when="idle",
        policies__late__release__lead="26h",
        policies__late__release__if_notice_late="release",
        policies__late__evidence_complete=True,
        policies__late__protect__handles=["fading.*", "nobody.*"],
        policies__tiktok__protect__min_followers=60_000,
        policies__late__protect__accounts=["sa_never", "sa_05"],
    )
    play.says(2.2, "check")
    play.appears(6.5, project="prj_new", accounts=2)
    lists = "leased-accounts"
    play.faulty(
        9.9, 12.1, faults.Corrupt(path=f"acme/{lists}", mutate=corruptions.changed("followers", None))
    )
    at_term = next(
        one for one in play.people.fleet.accounts if one.project == "prj_acme" and one.followers < 50_000
    )
    play.begins_anew(play.renewal_of(at_term.id) - 1.6, at_term.id)
    play.away(16.5, 19.5, "/ops")
    play.reconfigures(23.5, projects__beta__enrolled=False)
    play.reconfigures(26.5, projects__beta__enrolled=True)
    play.reconfigures(29.9, projects__gamma__policy="lat")
    play.reconfigures(30.1, projects__gamma__policy="late")
    play.reconfigures(31.5, projects__new__id="prj_new", projects__new__policy="late")
    play.cron(0, DAYS)


@history(17, accounts=12)
def accounts_that_change(play: Play) -> None:
    """Renamed, moved, dearer, gone, back again; released and listed still; a project that ends."""
    idle, busy, fading = (play.with_habit(habit) for habit in ("idle", "busy", "fading"))
    silent = play.with_habit("silent")[0]
    play.changes(play.renewal_of(idle[0]) - 2.2, idle[0], handle="renamed.00")
    play.moves_renewal(play.renewal_of(idle[1]) - 2.2, idle[1], 5 * D)
    play.changes(8.5, busy[0], price_cents=29_900, followers=90_000)
    play.vanishes(10.5, busy[1])
    play.changes(12.5, fading[0], project="prj_gamma")
    play.vanishes(play.renewal_of(idle[2]) - 1.9, idle[2])
    released = play.release_of(fading[0], lead=26)
    play.faulty(released + 0.002, released + 0.2, faults.StaleList(as_of="last release"))
    play.at(released + 0.003, play.turn)
    other = corruptions.changed("handle", "quite.another", account=silent)
    due = play.release_of(silent, lead=26)
    reread = f"{play.project_of(silent)}/leased"
    play.faulty(due - 0.1, due + 0.5, faults.Corrupt(path=reread, after=1, mutate=other))
    play.begins_anew(play.renewal_of(fading[1]) - 1.6, fading[1])
    play.leases_again(15.5)
    play.leases_again(24.5, undone=True)
    play.says(27.2, "audit", "--detailed-exitcode")
    play.ends(29.5, "prj_beta")
    play.leases_again(36.5)
    play.reconfigures(38.5, projects__beta__id=None, projects__beta__enrolled=None)
    play.cron(0, DAYS)


@history(18, accounts=12)
def posts_that_say_little(play: Play) -> None:
    """Queued, drafted, failed, called off, deleted; a source that was never seen to show anything."""
    idle = play.with_habit("idle")
    play.configure(policies__standard__release__lead="26h")
    play.posts(play.renewal_of(idle[0]) - 2.5, idle[0], "queued")
    play.posts(play.renewal_of(idle[1]) - 1.2, idle[1], "published")
    play.posts(play.renewal_of(idle[2]) - 3.5, idle[2], "failed")
    play.posts(play.renewal_of(idle[3]) - 3.5, idle[3], "draft")
    play.calls_off(play.renewal_of(idle[0]) - 2.1, idle[0])
    play.forgets_posts(18.5, "prj_acme")
    silent = play.renewal_of(play.with_habit("silent")[0])
    play.faulty(
        silent - 1.2, silent + 0.9, faults.ServerError(path="/scheduled", status=403, code="FORBIDDEN")
    )
    play.faulty(24.9, 26.1, faults.Corrupt(path="scheduled", mutate=corruptions.changed("status", "musing")))
    play.says(28.2, "audit", "--format", "json")
    play.cron(0, DAYS)


@history(19, accounts=12)
def a_fleet_that_shrinks(play: Play) -> None:
    """Many vanish or fall idle together, one project is empty, two are listed twice; it is accepted."""
    busy, fading = play.with_habit("busy"), play.with_habit("fading")
    idle = play.with_habit("idle")
    play.configure(policies__standard__release__lead="26h", policies__standard__release__idle_after="5d")
    for account in (*busy, *fading):
        play.falls_silent(12.5, account)
    play.also_lists(4.9, 6.1, idle[0], play.other_than(idle[0]))
    play.vanishes(9.5, *busy, fading[0])
    play.says(13.5, "resume", "--accept-baseline", "--reason", "three were sold", "--by", "jo")
    play.faulty(19.9, 21.1, faults.EmptyList(path="prj_gamma/leased-accounts"))
    renews = play.renewal_of(idle[1])
    play.also_lists(renews - 2.4, renews + 0.5, idle[1], play.other_than(idle[1]))
    play.also_lists_at_release(play.release_of(idle[2], lead=26) - 0.1, idle[2])
    play.says(30.2, "resume", "--accept-baseline", "--reason", "as it is", "--by", "jo")
    play.cron(0, DAYS)


@history(20, accounts=12)
def two_shards_and_a_restored_ledger(play: Play) -> None:
    """Each half has a ledger of its own; one is exported, lost, and restored."""
    play.configure(store__url="sqlite:///watcher-{shard}.db", policies__standard__release__lead="74h")
    halves = (("--shard", "0/2"), ("--shard", "1/2"))
    copied = next(each for each in map(play.renewal_of, play.with_habit("idle")) if each > 10) - 4.6
    play.says(1.2, "holds", *halves[0])
    for number, half in enumerate(halves):
        play.says(copied, "store", "export", "--output", f"copy-{number}.jsonl", *half)
        play.loses_ledger(copied + 0.2, f"watcher-{number}_of_2.db")
        play.says(copied + 0.3, "store", "restore", f"copy-{number}.jsonl", *half)
        play.says(copied + 0.4 + number / 2, "resume", "--reason", "looked through", *half)
        play.says(40.5, "store", "check", *half)
    play.says(40.6, "history", *halves[1])
    for day in range(DAYS):
        for half in halves:
            play.cron(day, day + 0.1, words=half)


@history(21, accounts=16, projects=4)
def everything_at_once(play: Play) -> None:
    """What happens, and when, is drawn from the seed."""
    draw = play.draw
    play.configure(policies__standard__release__lead="30h", brakes__max_releases=3, brakes__max_share=0.3)
    ids = [one.id for one in play.people.fleet.accounts]
    projects = [one.id for one in play.people.fleet.projects]
    some = (
        lambda: faults.ServerError(status=draw.choice((500, 502, 503)), times=draw.randrange(1, 12)),
        lambda: faults.RateLimited(times=draw.randrange(1, 9)),
        lambda: faults.LostAnswer(method="DELETE", times=1),
        lambda: faults.DropBefore(method="DELETE", times=1),
        lambda: faults.EmptyList(path=f"{draw.choice(projects)}/leased-accounts"),
        lambda: faults.NoDate(),
        lambda: faults.WrongDate(offset=H),
        lambda: faults.StaleList(path="leased-accounts"),
        lambda: faults.Html(path=draw.choice(projects)),
        lambda: faults.Corrupt(path="leased-accounts", mutate=corruptions.without_item(index=0)),
    )
    for _ in range(16):
        begin = draw.randrange(1, DAYS - 2) - 0.1
        play.faulty(begin, begin + draw.choice((0.2, 1.2)), draw.choice(some)())
    for _ in range(8):
        day, who = draw.randrange(2, DAYS) - 0.3, draw.choice(ids)
        said = draw.choice(
            (("hold", who), ("unhold", who), ("ack", who), ("explain", who), ("pause",), ("holds",))
        )
        play.says(day, *said, *(("--reason", "as agreed") if said[0] in ("hold", "unhold", "pause") else ()))
    for _ in range(4):
        play.changes(
            draw.randrange(2, DAYS) - 0.4, draw.choice(ids), price_cents=draw.randrange(5_000, 30_000)
        )
        play.posts(
            draw.randrange(2, DAYS) - 0.4, draw.choice(ids), draw.choice(("queued", "failed", "published"))
        )
        play.approves(draw.randrange(2, DAYS) - 0.2)
    play.away(20.5, 22.5, "/ops")
    play.says(25.5, "resume", "--reason", "as agreed")
    play.vanishes(28.5, draw.choice(ids))
    play.leases_again(33.5)
    play.cron(0, DAYS)
