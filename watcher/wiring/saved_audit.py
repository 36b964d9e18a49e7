"""A saved audit as the beginning of a simulation: what was leased and how it was used, as of then."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from watcher.ahead.habits import LOOKS_BACK
from watcher.ahead.outset import Outset
from watcher.facts.accounts import Account, AccountId, ProjectId
from watcher.facts.posts import Post, PostStatus
from watcher.texts.foreign import title
from watcher.texts.plain import plain
from watcher.texts.spans import counted

_LONG_AGO: Final = timedelta(days=400)
_SOMEBODY: Final = AccountId("somebody")


class NoSuchAudit(ValueError):
    """A file is no saved `audit --format json`, or not of all that is leased."""


def outset_from_audit(text: str, source: str) -> Outset:
    """What `audit --format json` wrote, as of then. Raises `NoSuchAudit`.

    Of each account it has the last use, and not what was posted before that.
    """
    try:
        said = json.loads(text)
        if said["schema"] != "audit/1":
            raise NoSuchAudit(f"its schema is {said['schema']!r}, and an audit's is audit/1")
        at = _moment(said["at"])
        accounts = [_saved(one) for one in said["accounts"]]
        uses = [(_saved(one), one["activity"]) for one in said["accounts"]]
        whole = said["totals"]["all"]["accounts"]
        names = {ProjectId(one["project"]): one["project_name"] for one in said["accounts"]}
        lost = [f"project {plain(one['name'])}: {one['why']}" for one in said["unread"]]
        odd = [f"account {plain(one['id'] or '?')}: not understood" for one in said["quarantined"]]
        posts: dict[ProjectId, list[Post]] = {project: [] for project in names}
        for account, activity in uses:
            posts[account.project] += _posts_of(activity, account, at)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, NoSuchAudit):
            raise
        raise NoSuchAudit("it is not what `lease-watcher audit --format json` writes") from None
    if whole != len(accounts):
        # Not so in an audit that was narrowed: its totals are of what it shows.
        raise NoSuchAudit(
            f"it shows {len(accounts):,} of {counted(whole, 'account')}: save one that shows all"
        )
    return Outset(
        at=at,
        source=source,
        organization_id=f"saved:{said.get('organization') or ''}",
        organization_name=title(said.get("organization")),
        projects={project: title(name) or project for project, name in names.items()},
        accounts=tuple(accounts),
        posts={project: tuple(some) for project, some in posts.items()},
        reads_posts=not all(one["why"] == "missing_scope" for _, one in uses) or not uses,
        each_day=frozenset(account.id for account, one in uses if _is_recent(one, at)),
        left_out=(*lost, *odd),
    )


def _saved(one: dict[str, Any]) -> Account:
    return Account(
        id=AccountId(one["id"]),
        project=ProjectId(one["project"]),
        handle=one["handle"],
        platform=one["platform"],
        followers=one["followers"],
        assigned_at=_moment(one["assigned_at"]),
        renews_at=_moment(one["renews_at"]),
        price_cents=one["price_cents"],
    )


def _posts_of(activity: dict[str, Any], account: Account, now: datetime) -> Iterator[Post]:
    """Posts that show just this use. When something queued was planned is not told: it goes out at once."""
    at = _moment(activity["at"]) if activity["at"] else now
    match activity["what"] or activity["why"]:
        case "published_post" | "remembered" | "other":
            yield Post(account=account.id, status=PostStatus.PUBLISHED, scheduled_for=at, published_at=at)
        case "failed_attempt":
            yield Post(account=account.id, status=PostStatus.FAILED, scheduled_for=at, attempted_at=at)
        case "queued_post" | "publishing_post":
            yield Post(account=account.id, status=PostStatus.QUEUED, scheduled_for=now)
        case "draft_post" | "ongoing":
            yield Post(account=account.id, status=PostStatus.DRAFT, scheduled_for=now)
        case "assignment":
            # Somebody's post was shown in its project, or silence would prove nothing.
            long_ago = now - _LONG_AGO
            yield Post(
                account=_SOMEBODY, status=PostStatus.PUBLISHED, scheduled_for=long_ago, published_at=long_ago
            )
        case "missing_scope" | "no_post_ever_shown" | "not_asked":
            pass
        case _:
            yield Post(account=account.id, status=None, scheduled_for=now)


def _is_recent(activity: dict[str, Any], now: datetime) -> bool:
    """Whether the account itself was used in the days that habits are taken from."""
    used = activity["what"] in ("published_post", "remembered", "other", "queued_post", "publishing_post")
    return used and now - _moment(activity["at"]) < LOOKS_BACK


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)
