"""`check`: every mistake in the configuration at once; with `--online`, in what it points at too."""

from argparse import Namespace
from collections.abc import Sequence

from watcher.cli.configured import loaded
from watcher.cli.render.findings import findings_json, render_findings
from watcher.cli.stop import Stop
from watcher.cli.surroundings import Surroundings
from watcher.decide.exits import Exit, worst
from watcher.settings.findings import Finding, Severity
from watcher.settings.load import Bad, Good
from watcher.settings.needs import missing_key, nobody_told, nothing_watched


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    """Sends nothing anywhere unless `--online`, and nothing at all while the file has mistakes."""
    found = loaded(options, surroundings)
    if isinstance(found, Bad):
        return _told(options, surroundings, found.findings)
    whole = (nothing_watched(found), nobody_told(found))
    findings = (*found.warnings, *(each for each in whole if each is not None))
    if not options.online:
        return _told(options, surroundings, findings, found)
    if found.key is None:
        return _told(options, surroundings, (*findings, missing_key()))
    from watcher.cli.online import seen_online

    seen = seen_online(found, found.key, surroundings)
    _told(options, surroundings, (*findings, *seen.findings), found, seen.lines)
    return worst(seen.code, _code(findings))


def _code(findings: Sequence[Finding]) -> Exit:
    wrong = any(one.severity is Severity.ERROR for one in findings)
    return Exit.CONFIGURATION if wrong else Exit.DONE


def _told(
    options: Namespace,
    surroundings: Surroundings,
    findings: Sequence[Finding],
    good: Good | None = None,
    seen: Sequence[str] = (),
) -> Exit:
    code = _code(findings)
    if options.format == "json":
        surroundings.out.write(findings_json(findings))
        return code
    if good is None:
        raise Stop(code, render_findings(findings))
    from watcher.cli.summary import summary

    surroundings.out.write("".join(f"{one}\n" for one in (*summary(good), *seen)))
    surroundings.out.write(f"\n{render_findings(findings)}")
    return code
