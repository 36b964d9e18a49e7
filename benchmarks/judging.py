"""Judging alone, beside Cloud Custodian's filters: the same accounts, the same questions, dates parsed by
both.

`python -m benchmarks.judging [--accounts N] [--rounds N]`. Both are given what an API says of an account,
as text, and say whether it is to be given back: leased, its handle not protected, few followers, not used
for three weeks, and renewing within a day. Custodian asks five of its value filters, of which two parse a
date each time, and stops at the first that says no. We parse all three dates, ask every question and keep
each answer as a trace, for whoever wants a release is told of everything in its way. Both must give back
the same accounts.

Custodian (`c7n`) is no dependency: the extra `bench` installs it.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from time import process_time
from typing import Any, Final

from watcher.adapters.layers.bodies import instant
from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.facts.activity import Seen, Use
from watcher.rules.judge import Subject, Verdict, judge
from watcher.rules.policy import Policy, Protect, ReleaseRule, ReleaseWhen

_PROTECTED: Final = "brand.*"
_FOLLOWERS: Final = 50_000
_IDLE: Final = timedelta(days=21)
_LEAD: Final = timedelta(days=1)
_POLICY: Final = Policy(
    name="standard",
    release=ReleaseRule(when=ReleaseWhen.IDLE, idle_after=_IDLE, lead=_LEAD),
    protect=Protect(handles=(_PROTECTED,), min_followers=_FOLLOWERS),
)
_FILTERS: Final[Sequence[Mapping[str, Any]]] = (
    {"type": "value", "key": "status", "value": "assigned"},
    {"not": [{"type": "value", "key": "handle", "op": "glob", "value": _PROTECTED}]},
    {"type": "value", "key": "followers", "op": "less-than", "value": _FOLLOWERS},
    {"type": "value", "key": "lastUsedAt", "value_type": "age", "op": "greater-than", "value": _IDLE.days},
    {"type": "value", "key": "nextRenewalAt", "value_type": "expiration", "op": "less-than", "value": 1},
)
Item = Mapping[str, Any]


def items(count: int, now: datetime) -> list[Item]:
    """One in ten is protected, one in ten has many followers, four in ten were not used for long; renewals
    are spread over a month. None lies so near a limit that a second would matter.
    """

    def text(at: datetime) -> str:
        return at.isoformat(timespec="seconds").replace("+00:00", "Z")

    return [
        {
            "socialAccountId": f"sa_{number:08d}",
            "projectId": "prj_1",
            "status": "assigned",
            "handle": f"brand.{number}" if number % 10 == 0 else f"handle.{number}",
            "platform": "tiktok",
            "followers": _FOLLOWERS + number if number % 10 == 1 else 1_000 + number % 1_000,
            "assignedAt": text(now - timedelta(days=90, minutes=number)),
            "nextRenewalAt": text(now + timedelta(hours=number % 720 + 0.5)),
            "lastUsedAt": text(now - timedelta(days=40 if number % 10 > 5 else 2, seconds=number)),
            "monthlyPriceCents": 15_000,
        }
        for number in range(count)
    ]


def ours(now: datetime) -> Callable[[Item], bool]:
    policies = (_POLICY,)

    def is_released(item: Item) -> bool:
        assigned_at, renews_at = instant(item["assignedAt"]), instant(item["nextRenewalAt"])
        used_at = instant(item["lastUsedAt"])
        assert assigned_at is not None
        assert renews_at is not None
        assert used_at is not None
        account = Account(
            id=AccountId(item["socialAccountId"]),
            project=ProjectId(item["projectId"]),
            handle=item["handle"],
            platform=item["platform"],
            followers=item["followers"],
            assigned_at=assigned_at,
            renews_at=renews_at,
            price_cents=item["monthlyPriceCents"],
        )
        activity = Seen(at=used_at, what=Use.PUBLISHED_POST)
        subject = Subject(account=account, policies=policies, enrolled=True, hold=None, activity=activity)
        judgement = judge(subject, now)
        window = judgement.window
        return judgement.verdict is Verdict.RELEASE and window is not None and window.opens <= now

    return is_released


def custodian_s() -> Callable[[Item], bool]:
    """Raises ImportError where it is not installed."""
    from c7n.filters.core import ValueFilter

    class Resources:
        """What its filters ask of whoever owns the resources."""

        data: Mapping[str, Any] = {}

        def get_model(self) -> Any:
            return type("Model", (), {"id": "socialAccountId"})

    filters = []
    for words in _FILTERS:
        one = ValueFilter(dict(words.get("not", [words])[0]), Resources())
        one.annotate = False
        filters.append((one, "not" in words))

    def is_released(item: Item) -> bool:
        return all(bool(one(item)) is not negated for one, negated in filters)

    return is_released


def compare(count: int, rounds: int) -> None:
    now = datetime.now(UTC)
    asked = items(count, now)
    judges = {"judge": ours(now)}
    try:
        judges = {"c7n filters (baseline)": custodian_s(), **judges}
    except ImportError:
        print("without Cloud Custodian: there is no c7n here (extra `bench`)")
    spent: dict[str, list[float]] = {name: [] for name in judges}
    found = {}
    for _ in range(rounds):  # in turns, to meet the same machine
        for name, is_released in judges.items():
            begun = process_time()
            found[name] = [item["socialAccountId"] for item in asked if is_released(item)]
            spent[name].append((process_time() - begun) / count)
    assert len({tuple(one) for one in found.values()}) == 1, {name: len(one) for name, one in found.items()}
    print(f"\n{f'{count:,} accounts':<24}{'CPU':>8}{'an account':>12}{'least':>12}{'to be released':>16}")
    base = median(next(iter(spent.values())))
    for name, seconds in spent.items():
        print(
            f"{name:<24}{median(seconds) / base:6.2f} ×{median(seconds) * 1e6:9.1f} µs"
            f"{min(seconds) * 1e6:9.1f} µs{len(found[name]):16,}"
        )


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    compare(options.accounts, options.rounds)
