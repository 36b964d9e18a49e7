"""Who is told: a release that needs a notice needs a channel that can take it."""

from collections.abc import Iterator
from datetime import timedelta
from fnmatch import fnmatchcase

from watcher.adapters.notifiers.email import EmailOptions, email_mistakes
from watcher.domain.events import EventKind
from watcher.domain.plan import Mode
from watcher.domain.policy import Policy, ReleaseWhen
from watcher.domain.routes import spellings
from watcher.settings.declarations import Path
from watcher.settings.durations import written
from watcher.settings.findings import Complaint, Severity, dotted, nearest
from watcher.settings.model import Settings

_WORDS = tuple(word for kind in EventKind for word in spellings(kind))


def messages(settings: Settings) -> Iterator[Complaint]:
    yield from _event_globs(settings)
    for name, policy in settings.policies.items():
        for place, channel in enumerate(policy.release.notice_to):
            path = ("policies", name, "release", "notice_to", place)
            yield from _notice_channel(path, channel, settings)
    yield from _unusable(settings)
    if settings.mode is Mode.ENFORCE:
        yield from _unheard_releases(settings)


def _unusable(settings: Settings) -> Iterator[Complaint]:
    """Options that are well written and can never work: an address, a template, a file of certificates."""
    for name, options in settings.notifiers.items():
        if isinstance(options, EmailOptions):
            for key, problem in email_mistakes(options):
                yield Complaint(path=("notifiers", name, key), message=problem)


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
                    severity=Severity.WARNING,
                )


def _notice_channel(path: Path, channel: str, settings: Settings) -> Iterator[Complaint]:
    route = next((each for each in settings.routes.routes if each.notifier == channel), None)
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
            message=f"`{channel}` only writes to the log, which nobody is sure to read: it never counts",
            fix="name a webhook",
            rests_on=(table,),
        )
    elif not route.wants(EventKind.RELEASE_ANNOUNCED):
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
            if _needs_notice(policy) and not settings.routes.receipts_for(policy):
                yield Complaint(
                    path=path,
                    message=f"policy `{policy.name}` gives {written(policy.release.notice)} notice of a "
                    "release, but no counting notifier is told `release.announced`: nothing could ever "
                    "be released",
                    fix='add a webhook with events = ["release.*"], or set notice = "0s" in '
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
