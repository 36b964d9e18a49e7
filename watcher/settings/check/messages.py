"""Who is told: a release that needs a notice needs a channel that can take it."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from fnmatch import fnmatchcase

from watcher.adapters.channels.catalog import mistakes_of
from watcher.adapters.channels.options import NotifierOptions
from watcher.facts.accounts import ProjectId
from watcher.messages.events import EventKind, Severity
from watcher.messages.routes import spellings
from watcher.rules.plan import Mode
from watcher.rules.policy import Policy, ReleaseWhen
from watcher.settings import findings
from watcher.settings.declare import Path, dotted
from watcher.settings.findings import Complaint, nearest
from watcher.settings.model import Settings
from watcher.settings.notation import written
from watcher.texts.hours import longest_hours

_A_WEEK = timedelta(weeks=1)
_WORDS = tuple(word for kind in EventKind for word in spellings(kind))


def messages(settings: Settings) -> Iterator[Complaint]:
    yield from _event_globs(settings)
    for name, notifier in settings.notifiers.items():
        if not settings.discovery.enabled:  # discovered projects have no name but their id
            yield from _names(name, "projects", notifier.projects, settings.projects)
        owners = dict.fromkeys(one.owner for one in settings.projects.values() if one.owner)
        yield from _names(name, "owners", notifier.owners, owners)
        yield from _names(name, "policies", notifier.policies, settings.policies)
        yield from _never(name, notifier, settings)
    for name, policy in settings.policies.items():
        for place, channel in enumerate(policy.release.notice_to):
            path = ("policies", name, "release", "notice_to", place)
            yield from _notice_channel(path, channel, settings)
    if settings.mode is Mode.ENFORCE:
        yield from _unheard_releases(settings)


def _event_globs(settings: Settings) -> Iterator[Complaint]:
    for name, notifier in settings.notifiers.items():
        for place, glob in enumerate(notifier.events):
            if not any(fnmatchcase(word, glob) for word in _WORDS):
                close = nearest(glob, _WORDS)
                yield Complaint(
                    path=("notifiers", name, "events", place),
                    message=f"`{glob}` fits no event",
                    suggestion=close,
                    fix=f'write "{close}"' if close else "remove it",
                    severity=findings.Gravity.WARNING,
                )


def _names(notifier: str, key: str, given: Sequence[str], known: Collection[str]) -> Iterator[Complaint]:
    """Names that fit nothing: such a notifier would silently be told nothing."""
    for place, name in enumerate(given):
        if name in known:
            continue
        close = nearest(name, known)
        yield Complaint(
            path=("notifiers", notifier, key, place),
            message=f"there is no {_ONE[key]} `{name}`",
            suggestion=close,
            fix=f'write "{close}"' if close else f"known: {', '.join(known) or 'none'}",
            rests_on=(("projects" if key == "owners" else key,),),
        )


_ONE = {"projects": "project", "owners": "project of owner", "policies": "policy"}


def _never(name: str, notifier: NotifierOptions, settings: Settings) -> Iterator[Complaint]:
    """Options each of them well written that together let nothing through."""
    if longest_hours(notifier.quiet) == _A_WEEK and notifier.wake_for is Severity.CRITICAL:
        yield Complaint(
            path=("notifiers", name, "quiet"),
            message="is the whole week, so nothing but what is critical is ever delivered",
            fix="leave some hours out, or set wake_for",
        )
    route = settings.routes.to(name)
    if route and route.projects and route.owned and not route.projects & route.owned:
        yield Complaint(
            path=("notifiers", name, "owners"),
            message="owns none of its `projects`, so nothing of an account is ever told",
            fix="leave out one of the two",
            rests_on=(("notifiers", name, "projects"), ("projects",)),
        )
    if notifier.escalation and not (route and route.listens(EventKind.RENEWAL_WARNING)):
        yield Complaint(
            path=("notifiers", name, "escalation"),
            message="is about `renewal.warning`, which this notifier is not told",
            fix='add "renewal.warning" to its events and leave min_severity at "info"',
            rests_on=(("notifiers", name, "events"), ("notifiers", name, "min_severity")),
        )


def _notice_channel(path: Path, channel: str, settings: Settings) -> Iterator[Complaint]:
    route = settings.routes.to(channel)
    table = ("notifiers", channel)
    if route is None:
        close = nearest(channel, settings.notifiers)
        yield Complaint(
            path=path,
            message=f"there is no notifier `{channel}`",
            suggestion=close,
            fix=f'write "{close}"' if close else f"add [{dotted(table)}]",
            rests_on=(table,),
        )
    elif not route.counts:
        yield Complaint(
            path=path,
            message=f"`{channel}` never counts: nobody is sure to read what a notifier of its kind accepted",
            fix="name one that people see, such as an email or a webhook",
            rests_on=(table,),
        )
    elif not route.may_hear_announcements:
        yield Complaint(
            path=path,
            message=f"`{channel}` is not told `release.announced`, so it can never accept a notice",
            fix=f'add "release.*" to {dotted((*table, "events"))}',
            rests_on=(table,),
        )


def _unheard_releases(settings: Settings) -> Iterator[Complaint]:
    for name, project in settings.projects.items():
        path = ("projects", name, "policy")
        if not project.enrolled or not all(each in settings.policies for each in project.policy):
            continue
        for policy in settings.policies_for(name):
            if _needs_notice(policy) and not settings.routes.counting_for(policy, ProjectId(project.id)):
                yield Complaint(
                    path=path,
                    message=f"policy `{policy.name}` gives {written(policy.release.notice)} notice of a "
                    "release, but no counting notifier is told `release.announced`: nothing could ever "
                    "be released",
                    fix="add a notifier that people see, such as email or slack, with events = "
                    '["release.*"], or set notice = "0s" in '
                    f"[{dotted(('policies', policy.name, 'release'))}]",
                    rests_on=(
                        ("mode",),
                        ("notifiers",),
                        ("projects", name, "enrolled"),
                        ("policies", policy.name, "release"),
                    ),
                )


def _needs_notice(policy: Policy) -> bool:
    return policy.release.when is not ReleaseWhen.NEVER and policy.release.notice > timedelta()


def channels(settings: Settings) -> Iterator[Complaint]:
    """Notifiers whose options can never work, each by its own judgement."""
    for name, options in settings.notifiers.items():
        table = ("notifiers", name)
        for key, why in mistakes_of(options):
            if key:
                yield Complaint(path=(*table, key), message=why)
            else:
                yield Complaint(path=table, message=why, rests_on=(table,))
