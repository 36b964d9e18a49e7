"""`check`: every mistake in the configuration at once; with `--online`, in what it points at too."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import Final

from watcher.cli.arguments import configuration, text_or_json
from watcher.cli.configured import NotConfigured, loaded, rehearse
from watcher.cli.process import Process
from watcher.cli.render.findings import findings_json, render_findings
from watcher.cli.render.sheet import BLANK, Line, line, printed
from watcher.record.exit_codes import Exit, worst
from watcher.rules.plan import Mode
from watcher.rules.policy import Policy, ReleaseWhen
from watcher.settings.check.timing import given_up, shortest_safe_lead
from watcher.settings.findings import Finding, Gravity
from watcher.settings.load import Bad, Good
from watcher.settings.model import Settings
from watcher.settings.needs import missing_key, nobody_told, nothing_watched
from watcher.settings.notation import written
from watcher.texts.money import dollars
from watcher.texts.plain import plain


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument(
        "--online", action="store_true", help="also ask the API, the notifiers and the store"
    )
    text_or_json(command)


def run(options: Namespace, process: Process) -> Exit:
    """Sends nothing anywhere unless `--online`, and nothing at all while the file has mistakes."""
    found = loaded(options, process)
    if isinstance(found, Bad):
        return _told(options, process, found.findings)
    whole = (nothing_watched(found), nobody_told(found))
    findings = (*found.warnings, *(each for each in whole if each is not None))
    if not options.online:
        return _told(options, process, findings, found)
    if found.key is None:
        return _told(options, process, (*findings, missing_key()))
    from watcher.cli.online import check_online

    rehearse(found, process)
    seen = check_online(found, found.key, process)
    _told(options, process, (*findings, *seen.findings), found, seen.lines)
    return worst(seen.code, _code(findings))


def _code(findings: Sequence[Finding]) -> Exit:
    wrong = any(one.severity is Gravity.ERROR for one in findings)
    return Exit.CONFIGURATION if wrong else Exit.DONE


def _told(
    options: Namespace,
    process: Process,
    findings: Sequence[Finding],
    good: Good | None = None,
    seen: Sequence[tuple[str, str]] = (),
) -> Exit:
    code = _code(findings)
    if options.format == "json":
        process.out.write(findings_json(findings))
        return code
    if good is None:
        raise NotConfigured(findings, None)
    width = process.width
    asked = (BLANK, *_rows(seen)) if seen else ()
    lines = (*_rows(_summary(good)), *asked, BLANK)
    process.out.write(printed(lines, width=width, color=False) + render_findings(findings, width))
    return code


def _summary(good: Good) -> Sequence[tuple[str, str]]:
    """Each fact with its label; nothing here is asked of anybody."""
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
    return [
        *rows,
        *((f"policy {plain(name)}", _policy(policy, settings)) for name, policy in _used(settings)),
    ]


def _rows(facts: Sequence[tuple[str, str]]) -> Iterator[Line]:
    width = max(len(label) for label, _ in facts)
    yield from (line(f"{label:<{width}}  {text}", hang=min(width, _LABEL) + 2) for label, text in facts)


_LABEL: Final = 30
"""Cells of a label beside which what does not fit goes on."""


def _used(settings: Settings) -> Iterator[tuple[str, Policy]]:
    named = {name for project in settings.projects.values() for name in project.policy}
    if settings.discovery.enabled:
        named.update(settings.discovery.policy)
    yield from ((name, policy) for name, policy in settings.policies.items() if name in named)


def _policy(policy: Policy, settings: Settings) -> str:
    by_health = f"; {_COST_OF_HEALTH}" if policy.match.health else ""
    return f"{_releases(policy, settings)}{by_health}"


_COST_OF_HEALTH: Final = (
    "matches by health: a request each half hour for every account that it may govern and whose first "
    "warning or announcement has come"
)


def _releases(policy: Policy, settings: Settings) -> str:
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
