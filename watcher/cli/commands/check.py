"""`check`: every mistake in the configuration at once; with `--online`, in what it points at too."""

from argparse import Namespace
from collections.abc import Sequence

from watcher.adapters.render.findings import findings_json, render_findings
from watcher.cli.configured import loaded
from watcher.cli.stop import Stop
from watcher.cli.surroundings import Surroundings
from watcher.domain.exits import Exit
from watcher.settings.findings import Finding, Severity
from watcher.settings.load import Bad, Good
from watcher.settings.secret_files import missing_key
from watcher.settings.watched import nothing_watched


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    """Sends nothing anywhere unless `--online`, and nothing at all while the file has mistakes."""
    found = loaded(options, surroundings)
    if isinstance(found, Bad):
        return _told(options, surroundings, found.findings)
    nothing = nothing_watched(found)
    findings = found.warnings if nothing is None else (*found.warnings, nothing)
    if not options.online:
        return _told(options, surroundings, findings, found)
    if found.key is None:
        return _told(options, surroundings, (*findings, missing_key()))
    from watcher.cli.online import seen_online

    seen = seen_online(found, found.key, surroundings)
    code = _told(options, surroundings, (*findings, *seen.findings), found, seen.lines)
    return seen.code if code is Exit.DONE or seen.code is Exit.KEY else code


def _told(
    options: Namespace,
    surroundings: Surroundings,
    findings: Sequence[Finding],
    good: Good | None = None,
    seen: Sequence[str] = (),
) -> Exit:
    wrong = any(one.severity is Severity.ERROR for one in findings)
    code = Exit.CONFIGURATION if wrong else Exit.DONE
    if options.format == "json":
        surroundings.out.write(findings_json(findings))
        return code
    if good is None:
        raise Stop(code, render_findings(findings))
    from watcher.cli.summary import summary

    surroundings.out.write("".join(f"{one}\n" for one in (*summary(good), *seen)))
    surroundings.out.write(f"\n{render_findings(findings)}")
    return code
