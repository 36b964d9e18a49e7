"""`audit`: every leased account, what it costs, who uses it. Reads, and does nothing else."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import assert_never

from watcher.cli.arguments import configuration
from watcher.cli.configured import Keyed, watching
from watcher.cli.files import file_to_write
from watcher.cli.process import Process, Stop
from watcher.cli.progress import progress
from watcher.cli.render.machine import audit_csv, audit_json
from watcher.cli.render.table import render_audit
from watcher.decide.exits import exit_of
from watcher.decide.report import Report
from watcher.record.exit_codes import Exit
from watcher.rules.plan import Decision
from watcher.settings.notation import duration_of
from watcher.texts.times import zone


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.description = f"{command.description} Read-only."
    command.add_argument("--format", choices=("table", "json", "csv"), default="table")
    command.add_argument("--output", type=Path, metavar="FILE", help="write there instead of stdout")
    command.add_argument(
        "--project", action="append", metavar="NAME", help="show only this project, by name or id; repeatable"
    )
    command.add_argument("--verdict", action="append", choices=("keep", "warn", "release"), help="repeatable")
    command.add_argument("--due-within", metavar="SPAN", help="renewals within, such as 7d or 36h")
    command.add_argument(
        "--detailed-exitcode", action="store_true", help="10 if a run would change something"
    )


def run(options: Namespace, process: Process) -> Exit:
    with_key = watching(options, process)
    output = file_to_write("--output", options.output, process, with_key.good)
    wanted = _wanted(options, with_key, process.clock.now())
    report = audited(with_key, process)
    narrowed = replace(report, decisions=tuple(one for one in report.decisions if wanted(one)))
    now = process.clock.now()
    match options.format:
        case "table":
            to_screen = output is None
            text = render_audit(
                narrowed,
                now=now,
                timezone=zone(with_key.settings.timezone),
                width=process.width if to_screen else None,
                color=process.color and to_screen,
            )
        case "json":
            text = audit_json(narrowed, now)
        case "csv":
            text = audit_csv(narrowed, now)
        case other:
            assert_never(other)
    code = exit_of(report, detailed=options.detailed_exitcode)
    if output is None:
        return process.show(text, code)
    _write(text, output, csv=options.format == "csv")
    return code


def audited(with_key: Keyed, process: Process) -> Report:
    """One read-only turn over everything, with every account's use asked for."""
    from watcher.wiring.turn import Purpose, Wiring, open_turns

    with (
        progress(process) as show,
        open_turns(
            Wiring(
                settings=with_key.settings,
                key=with_key.key,
                clock=process.clock,
                purpose=Purpose.AUDIT,
                stop=Event(),
                shard=with_key.shard,
                progress=show,
            )
        ) as turns,
    ):
        return turns.run().report


def _wanted(options: Namespace, with_key: Keyed, now: datetime) -> Callable[[Decision], bool]:
    projects = {_project_id(name, with_key) for name in options.project or ()}
    verdicts = set(options.verdict or ())
    until: datetime | None = None
    if options.due_within is not None:
        try:
            until = now + duration_of(options.due_within)
        except ValueError as error:
            raise Stop(Exit.USAGE, f"--due-within {options.due_within}: {error}") from None

    def wanted(decision: Decision) -> bool:
        return (
            (not projects or decision.account.project in projects)
            and (not verdicts or decision.judgement.verdict.value in verdicts)
            and (until is None or decision.account.renews_at <= until)
        )

    return wanted


def _project_id(name: str, with_key: Keyed) -> str:
    """A configured project by its name; anything else is taken for an id, which discovery may have found."""
    project = with_key.settings.projects.get(name)
    if project is None and not with_key.settings.discovery.enabled:
        ids = {each.id for each in with_key.settings.projects.values()}
        if name not in ids:
            known = ", ".join(with_key.settings.projects) or "none is configured"
            raise Stop(Exit.USAGE, f"--project {name}: there is no such project; known: {known}")
    return name if project is None else project.id


def _write(text: str, place: Path, *, csv: bool) -> None:
    try:
        # Spreadsheets take a CSV without this mark for one in their own code page.
        place.write_text(text, encoding="utf-8-sig" if csv else "utf-8", newline="")
    except OSError as error:
        raise Stop(
            Exit.USAGE, f"--output {place}: {(error.strerror or 'cannot be written').lower()}"
        ) from None
