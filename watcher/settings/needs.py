"""What commands need beyond a configuration without mistakes: a key, something to watch, somebody to tell."""

from watcher.messages.events import EventKind
from watcher.settings.declare import dotted
from watcher.settings.findings import Finding, Gravity
from watcher.settings.load import Good
from watcher.settings.read.secrets import KEY_CREDENTIAL, KEY_VARIABLE


def missing_key() -> Finding:
    """For commands that need the key where `find_key` found none."""
    return Finding(
        message="no API key",
        fix=f"put it in the credential `{KEY_CREDENTIAL}`, in a file named by "
        f"`{dotted(('api', 'key_file'))}`, or in {KEY_VARIABLE}",
    )


def nothing_watched(good: Good) -> Finding | None:
    """What is wrong with turns that would read no project, and end well all the same; None if they read one.

    People's words and looks at the ledger need no project: only who takes turns is to be told.
    """
    if good.settings.projects or good.settings.discovery.enabled:
        return None
    return Finding(
        file=str(good.path),
        key="projects",
        message="none is configured and discovery is off: nothing would be watched",
        fix="add [projects.NAME] with its id (`lease-watcher init --online` prints them all, ready to "
        "paste), or [discovery] enabled = true",
    )


def nobody_told(good: Good) -> Finding | None:
    """What is wrong with turns whose warnings nobody hears; None if somebody does, or nothing is watched."""
    settings = good.settings
    routes = settings.routes.routes
    used = {name for project in settings.projects.values() for name in project.policy}
    if settings.discovery.enabled:
        used.update(settings.discovery.policy)
    warns = any(settings.policies[name].warn for name in used)
    heard = any(route.listens(EventKind.RENEWAL_WARNING) and not route.escalation for route in routes)
    if not used or (routes and (heard or not warns)):
        return None
    return Finding(
        severity=Gravity.WARNING,
        file=str(good.path),
        key="notifiers",
        message="none is told `renewal.warning`: nobody hears of a renewal before it is paid"
        if routes
        else "none is configured: nobody is told of renewals, releases or problems",
        fix='add [notifiers.NAME] of a kind that people see, such as "email" or "slack"; `log` is the least',
    )
