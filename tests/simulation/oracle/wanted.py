"""Whether an account was to be kept, by the policy that governs it and by what it was used for."""

from datetime import datetime, timedelta

from tests.simulation.model.world import Charge
from tests.simulation.oracle.case import Case
from tests.simulation.rules import Rules


def by_its_policy(case: Case, charge: Charge, rules: Rules, since: datetime) -> str | None:
    """Why it was not to be given back; None: it was, all the time from `since` on."""
    match rules.when:
        case "never":
            return "its policy releases nothing"
        case "always":
            seen = not rules.cancels and _seen_to_go_out(case, charge, since)
            return "with a post to go out, at term" if seen else None
        case _:
            trace = case.trace(charge.account, charge.at)
            used = trace > charge.at - rules.lead - rules.idle_after - timedelta(minutes=1)
            return "in use, or not unused for long enough" if used else None


def may_go(case: Case, account: str, rules: Rules, since: datetime, until: datetime) -> bool:
    """Whether its policy lets it go at every moment of that span."""
    match rules.when:
        case "never":
            return False
        case "always":
            posts = list(case.world.posts_of(account))
            return rules.cancels or not any(
                post.appears_at <= until and post.ended_at >= since for post in posts
            )
        case _:
            return case.trace(account, until) + rules.idle_after + timedelta(minutes=1) < since


def _seen_to_go_out(case: Case, charge: Charge, since: datetime) -> bool:
    """Whether any list of posts from then on showed one of its own that was still to go out."""
    posts = [one for one in case.world.posts_of(charge.account) if one.appears_at <= charge.at]
    return any(
        look.what == "posts"
        and look.account in (None, charge.account)
        and since <= look.at <= charge.at
        and any(post.is_open(look.at) for post in posts)
        for look in case.truth.looks
    )
