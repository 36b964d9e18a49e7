"""`forecast`: what renews in the days ahead, what it costs, what of it is wasted. Reads, and nothing else."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from watcher.ahead.charges import Hindrances
from watcher.ahead.forecast import Forecast, Grouping
from watcher.cli.arguments import configuration, days_ahead, output
from watcher.cli.commands.audit import auditing
from watcher.cli.configured import watching
from watcher.cli.process import Process
from watcher.cli.render.forecast import render_forecast
from watcher.cli.render.forecast_values import forecast_csv, forecast_json
from watcher.cli.selection import declare_selection, one_of, selection_of
from watcher.cli.written import output_of, write_output
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.texts.times import zone


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.description = (
        f"{command.description} Read-only. Committed: in use, or use unknown. Unused: so today, and kept. "
        "At risk: a release is wanted and something is in its way. Decided: a release is planned, so it will "
        "not be paid."
    )
    days_ahead(command, "the charges of so many days from now on")
    command.add_argument(
        "--by",
        type=one_of(Grouping, "grouping"),
        choices=[each.value for each in Grouping],
        default=Grouping.WEEK.value,
        help="what the charges are summed up by; days are those of the configured timezone",
    )
    command.add_argument(
        "--format",
        choices=("table", "json", "csv"),
        default="table",
        help="for people, for programs, or for a spreadsheet",
    )
    output(command)
    declare_selection(command)


def run(options: Namespace, process: Process) -> Exit:
    with_key = watching(options, process)
    place = output_of(options, process, with_key.good)
    selection = selection_of(options, with_key, process.clock.now())
    settings = with_key.settings
    with auditing(with_key, process) as (report, decisions):
        forecast = Forecast(
            by=Grouping(options.by),
            until=report.started_at + timedelta(days=options.days),
            hindrances=Hindrances.of(report),
            timezone=zone(settings.timezone),
            names=report.project_names,
            owners=report.owners,
        )
        forecast.take(selection.narrowed(replace(report, decisions=decisions)))
    match options.format:
        case "table":
            to_screen = place is None
            text = render_forecast(
                forecast,
                report,
                timezone=forecast.timezone,
                width=process.width if to_screen else None,
                color=process.color and to_screen,
            )
        case "json":
            text = forecast_json(forecast, report, timezone=settings.timezone)
        case "csv":
            text = forecast_csv(forecast)
        case other:
            assert_never(other)
    code = exit_of(report)
    if place is None:
        return process.show(text, code)
    write_output(text, place, csv=options.format == "csv")
    return code
