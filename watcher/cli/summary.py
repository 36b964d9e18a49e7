"""What a configuration amounts to, in a few lines: for a person who just wrote it."""

from collections.abc import Iterator

from watcher.rules.plan import Mode
from watcher.rules.policy import Policy, ReleaseWhen
from watcher.settings.check.timing import given_up, shortest_safe_lead
from watcher.settings.load import Good
from watcher.settings.model import Settings
from watcher.settings.notation import written
from watcher.texts.money import dollars
from watcher.texts.plain import plain


def summary(good: Good) -> Iterator[str]:
    """One line a fact, aligned; nothing here is asked of anybody."""
    settings = good.settings
    does = "watches, tells and releases" if settings.mode is Mode.ENFORCE else "watches and tells"
    enrolled = sum(project.enrolled for project in settings.projects.values())
    rows = [
        ("configuration", str(good.path)),
        ("mode", f"{settings.mode}: {does}"),
        ("ledger", str(settings.store.place)),
        ("key", "given" if good.key else "not given"),
        ("projects", f"{len(settings.projects)} configured, {enrolled} enrolled for releases"),
        ("notifiers", ", ".join(map(plain, settings.notifiers)) or "none"),
    ]
    rows += [(f"policy {plain(name)}", _policy(policy, settings)) for name, policy in _used(settings)]
    width = max(len(label) for label, _ in rows)
    yield from (f"{label:<{width}}  {text}" for label, text in rows)


def _used(settings: Settings) -> Iterator[tuple[str, Policy]]:
    named = {name for project in settings.projects.values() for name in project.policy}
    if settings.discovery.enabled:
        named.update(settings.discovery.policy)
    yield from ((name, policy) for name, policy in settings.policies.items() if name in named)


def _policy(policy: Policy, settings: Settings) -> str:
    rule = policy.release
    if rule.when is ReleaseWhen.NEVER:
        return "never releases"
    idle = f"releases what was unused for {written(rule.idle_after)}"
    what = idle if rule.when is ReleaseWhen.IDLE else "releases at term whatever the use"
    safe = shortest_safe_lead(settings, policy)
    return (
        f"{what}, {written(rule.lead)} before the renewal, which gives up {dollars(given_up(rule.lead))} "
        f"of a $150.00 month; the shortest safe lead is {written(safe)} ({dollars(given_up(safe))})"
    )
