"""The API, the receivers, the clock and the watcher itself fail."""

from datetime import timedelta

from tests.histories.history import history
from tests.histories.play import Play
from tests.histories.population import DAYS
from tests.histories.surfaces import corruptions, faults

M, H, D = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@history(1)
def a_quiet_month_of_cron(play: Play) -> None:
    """Nothing goes wrong: one turn a day."""
    play.says(3.2, "audit")
    play.says(play.renewal_of(play.with_habit("idle")[0]) - 3.07, "audit", "--detailed-exitcode")
    play.cron(0, DAYS)


@history(2, mail=True)
def a_quiet_month_of_the_daemon(play: Play) -> None:
    """Nothing goes wrong: the daemon, and its turns at openings."""
    play.configure(policies__standard__release__lead="6h")
    play.says(20, "audit", "--format", "csv")
    play.daemon(0, DAYS)


@history(3)
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


@history(4, mail=True)
def deletes_without_an_answer(play: Play) -> None:
    """DELETEs that are lost, before or after they took effect; what came of each is found out."""
    play.configure(policies__standard__release__lead="3h")
    play.faulty(
        0,
        None,
        faults.LostAnswer(method="DELETE", times=1),
        faults.ServerError(method="DELETE", after=1, times=1, status=502),
        faults.ServerError(method="DELETE", after=3, times=1, status=500, apply=True),
        faults.DropBefore(method="DELETE", after=4, times=2),
    )
    last = play.renewal_of(play.with_habit("idle")[-1])
    play.faulty(last - 3.1 / 24, last + 0.01, faults.ServerError(status=503, code="UNAVAILABLE"))
    play.daemon(0, DAYS)


@history(5)
def releases_that_are_refused(play: Play) -> None:
    """The API says no: not leased, forbidden, not found, a scope that is missing."""
    play.faulty(
        0,
        None,
        faults.ServerError(method="DELETE", times=1, status=409, code="NOT_LEASED"),
        faults.ServerError(method="DELETE", after=1, times=1, status=403, code="FORBIDDEN"),
        faults.ServerError(method="DELETE", after=2, times=1, status=404, code="NOT_FOUND"),
        faults.ServerError(method="DELETE", after=3, times=1, status=403, code="FORBIDDEN_SCOPE"),
    )
    last = play.with_habit("idle")[-1]
    play.gone_at_delete(play.release_of(last, lead=26) - 0.1, last)
    play.says(14.5, "resume", "--reason", "looked through", "--by", "jo")
    play.says(35, "history")
    play.cron(0, DAYS)


@history(8, mail=True)
def receivers_that_are_away(play: Play) -> None:
    """Webhook and mail are down, refuse, and come back; what was given up is retried or dropped."""
    play.configure(policies__standard__release__lead="30h")
    play.away(4.1, 8.3, "/ops")
    play.away(14.1, 15.3, "/ops", 404)
    play.no_mail(6.1, 6.9)
    play.no_mail(10.1, 18.5)
    play.no_mail(24.1, 25.1, "550 5.7.1 no")
    play.says(18.2, "outbox")
    play.says(18.8, "outbox", "retry", "--notifier", "team")
    play.says(25.5, "outbox", "drop", "--notifier", "team", "--reason", "told by phone", "--by", "jo")
    play.daemon(0, DAYS)


@history(9)
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
    play.sets_clock(26.1, 40 * D)
    play.sets_clock(27.1, -40 * D)
    play.daemon(0, DAYS)


@history(10)
def a_watcher_that_is_away(play: Play) -> None:
    """Stopped for days, killed, started too late; cron and the daemon in turn; away across a whole month."""
    play.configure(policies__standard__release__lead="12h", policies__standard__release__margin="2h")
    first, second = (play.renewal_of(one) for one in play.with_habit("idle")[:2])
    seconds = 1 / 86_400
    assert 2 < first < second - 2
    play.daemon(0, first - 0.6, killed=True)
    play.daemon(first - 0.05, second - 0.6)
    play.cron(second - 2 / 24 - 30 * seconds, second - 2 / 24)
    play.cron(second + 2, second + 4)
    play.cron(43, DAYS)


@history(11, mail=True)
def channels_with_wishes(play: Play) -> None:
    """Quiet hours, repeats, escalation, few messages an hour, little money; several kinds of channel."""
    play.configure(
        policies__standard__release__lead="6h",
        notifiers__team__quiet=["22:00-08:00", "sat-sun"],
        notifiers__ops__repeat="24h",
        notifiers__ops__max_per_hour=1,
        notifiers__boss__kind="webhook",
        notifiers__boss__url=f"{play.receivers.url}/boss",
        notifiers__boss__allow_private=True,
        notifiers__boss__escalation=True,
        notifiers__boss__min_cents=12_000,
        notifiers__page__kind="ntfy",
        notifiers__page__server=play.receivers.url,
        notifiers__page__topic="leases",
        notifiers__page__min_severity="warning",
        notifiers__alerts__kind="alertmanager",
        notifiers__alerts__url=f"{play.receivers.url}/alerts",
    )
    play.away(6.1, 9.4, "/boss", 400)
    play.says(5.2, "notify", "test")
    play.says(9.2, "notify", "test", "boss")
    play.says(11.2, "outbox", "drop", "--notifier", "boss", "--reason", "told by phone")
    play.says(12.2, "notify", "routes", play.with_habit("idle")[1])
    play.faulty(15.4, 15.6, faults.ServerError(path="prj_beta"))
    play.says(20.2, "ack", play.with_habit("idle")[2])
    play.daemon(0, DAYS)


@history(12)
def unknown_outcomes(play: Play) -> None:
    """DELETEs without an answer, and reads that fail right after: nobody knows, until later or until told."""
    play.configure(policies__standard__release__lead="26h")
    found = [*play.with_habit("idle"), *play.with_habit("silent"), *play.with_habit("reviving")]
    found.sort(key=play.renewal_of)
    days = [play.release_of(one, lead=26) for one in found]
    why = ("--reason", "asked the provider", "--by", "jo")
    for place, day in enumerate(days):
        play.loses_delete(day - 0.1, took_effect=place % 2 == 0, until=day + 0.5)
    play.says(days[1] + 0.3, "resolve", found[1], "--as", "not-released", *why)
    play.says(days[2] + 0.3, "resolve", found[2], "--as", "released", *why)
    # Without a date nobody knows how long ago it was sent.
    play.faulty(days[3] + 0.6, days[3] + 2.5, faults.NoDate())
    play.cron(0, DAYS)


@history(13, accounts=14)
def lists_that_lie(play: Play) -> None:
    """Lists that are empty, old, endless, or hold what cannot be: told, and not acted on."""
    idle = play.with_habit("idle")
    lists = "leased-accounts"
    play.faulty(2.9, 3.1, faults.EmptyList(path=f"prj_acme/{lists}"))
    play.faulty(4.9, 5.1, faults.PageLoop(path=f"prj_beta/{lists}"))
    play.faulty(6.9, 8.1, faults.Corrupt(path=lists, mutate=corruptions.unknown_status(account=idle[0])))
    play.faulty(9.9, 10.1, faults.Corrupt(path=lists, mutate=corruptions.null_renewal(account=idle[1])))
    play.faulty(10.9, 12.1, faults.Corrupt(path=lists, mutate=corruptions.price_as_text(account=idle[2])))
    play.faulty(13.9, 14.1, faults.Corrupt(path=lists, mutate=corruptions.duplicate_ids(account=idle[1])))
    play.faulty(14.9, 15.1, faults.Corrupt(path=lists, mutate=corruptions.foreign_item(index=1)))
    play.faulty(16.9, 17.1, faults.Corrupt(path=lists, mutate=corruptions.missing("followers")))
    play.faulty(18.9, 20.1, faults.StaleList(path=lists))
    play.faulty(21.9, 23.1, faults.Corrupt(path=lists, mutate=corruptions.missing("assignedAt", index=1)))
    play.faulty(
        24.9, 25.1, faults.Corrupt(path="scheduled-posts", mutate=corruptions.changed("publishedAt", None))
    )
    play.faulty(27.9, 30.1, faults.EmptyList(path="scheduled-posts"))
    play.faulty(32.9, 33.1, faults.Oversized(path=lists, bytes=40_000_000, times=1))
    play.cron(0, DAYS)


@history(14)
def a_key_in_trouble(play: Play) -> None:
    """Suspended, rejected, without the scope to read posts or to release, and well again."""
    play.configure(policies__standard__release__lead="26h")
    play.faulty(5.9, 7.1, faults.Suspended())
    play.faulty(10.9, 12.1, faults.ServerError(status=401, code="UNAUTHENTICATED"))
    play.changes_key(15.9, scopes=("projects:read", "leased:write"))
    play.changes_key(18.1, scopes=("projects:read", "publish:read"))
    play.changes_key(20.1, scopes=("*",))
    play.faulty(22.9, 26.1, faults.ServerError(method="DELETE", status=403, code="FORBIDDEN_SCOPE"))
    play.changes_key(32.5, suspended=True)
    play.changes_key(33.5)
    play.cron(0, DAYS)
