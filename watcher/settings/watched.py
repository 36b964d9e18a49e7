"""A configuration that is well written, and watches nothing."""

from watcher.settings.findings import Finding, Severity
from watcher.settings.load import Good


def nothing_watched(good: Good) -> Finding | None:
    """What is wrong with turns that would read no project, and end well all the same; None if they read one.

    People's words and looks at the ledger need no project: only who takes turns is to be told.
    """
    if good.settings.projects or good.settings.discovery.enabled:
        return None
    return Finding(
        severity=Severity.ERROR,
        file=str(good.path),
        line=None,
        key="projects",
        message="none is configured and discovery is off: nothing would be watched",
        fix="add [projects.NAME] with its id (`lease-watcher init --online` writes them all into a new "
        "file), or [discovery] enabled = true",
    )
