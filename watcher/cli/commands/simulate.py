"""`simulate`: the days ahead, played through by the turns that a run takes, on a made-up world."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Final

from watcher.ahead.comparison import Comparison
from watcher.ahead.future import Future
from watcher.ahead.habits import Posting
from watcher.ahead.outset import Outset
from watcher.cli.arguments import configuration, days_ahead
from watcher.cli.configured import NotConfigured, configured, loaded, watching
from watcher.cli.files import path_of
from watcher.cli.looked_back import look_back
from watcher.cli.process import Process, Stop
from watcher.cli.progress import progress, progress_of_days
from watcher.cli.render.projection import render_future
from watcher.cli.render.projection_compared import render_comparison
from watcher.cli.render.projection_machine import comparison_json, future_json
from watcher.cli.render.projection_markdown import comparison_markdown, future_markdown
from watcher.cli.together import Idle, refuse_idle
from watcher.ports.leases import ApiError
from watcher.record.exit_codes import Exit
from watcher.rules.shards import WHOLE
from watcher.sandbox.fleets import NAMES
from watcher.settings.load import Bad, Good
from watcher.settings.model import Settings
from watcher.texts.plain import plain
from watcher.texts.times import zone


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.description = (
        f"{command.description} Reads the API once and changes nothing: nothing is sent, written or released."
    )
    days_ahead(command, "how many days")
    command.add_argument(
        "--fleet",
        choices=sorted(NAMES),
        help="begin with a fleet of the sandbox's, all of it enrolled; else with what the API lists",
    )
    command.add_argument(
        "--audit",
        type=Path,
        metavar="FILE",
        help="begin with what `audit --format json` wrote there, as of then, and with an empty ledger",
    )
    command.add_argument(
        "--history",
        action="store_true",
        help="instead look back: what these rules (those of --against, if given) would have released by what "
        "the ledger recorded, saved, and been sorry for; asks no API",
    )
    command.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help="by the rules of that configuration as well: whose fate changes, and what that saves",
    )
    command.add_argument(
        "--enforced",
        action="store_true",
        help="as if the mode were enforce, every project enrolled, and a channel there that counts",
    )
    command.add_argument(
        "--posting",
        type=Posting,
        choices=list(Posting),
        default=Posting.NOBODY,
        help="what people are assumed to post",
    )
    command.add_argument(
        "--format",
        choices=("text", "markdown", "json"),
        default="text",
        help="for people, for a pull request, or for programs",
    )


_BEGINNING: Final = "the days begin with one of them, so leave out the other"
IDLE: Final = (
    Idle(option="--audit", beside="--fleet", why=_BEGINNING),
    *(
        Idle(option=option, beside="--history", why=f"{why}, so leave it out")
        for option, why in {
            "--fleet": "the past is that of your own ledger",
            "--audit": "the past is that of your own ledger",
            "--days": "it looks back as far as the ledger recorded",
            "--posting": "what was posted then is recorded",
            "--format markdown": "the past is told as text or json",
        }.items()
    ),
)


def run(options: Namespace, process: Process) -> Exit:
    refuse_idle(options, IDLE)
    good = _rules(options, process)
    other = _other(options, process)
    if options.history:
        return look_back(options, good, other, process)
    outset = _outset(options, good, other, process)
    now_is, then = _played(options, good, other, outset, process)
    process.out.write(_shown(options, good, other, now_is, then, process))
    return Exit.UNREADABLE if outset.left_out else Exit.DONE


def _rules(options: Namespace, process: Process) -> Good:
    """Only who reads the API needs a key."""
    if options.fleet is None and options.audit is None and not options.history:
        return watching(options, process).good
    return configured(options, process, offline=True)


def _other(options: Namespace, process: Process) -> Good | None:
    """The configuration to compare with. Of it neither the API nor the ledger is used."""
    if options.against is None:
        return None
    file = path_of("--against", options.against, process)
    found = loaded(Namespace(config=file, shard=None), process, offline=True)
    if isinstance(found, Bad):
        raise NotConfigured(found.findings, None)
    return found


def _outset(options: Namespace, good: Good, other: Good | None, process: Process) -> Outset:
    from watcher.wiring.made_up_fleet import outset_from_sandbox, read_outset
    from watcher.wiring.saved_audit import NoSuchAudit, outset_from_audit
    from watcher.wiring.turn import Purpose, Wiring

    if options.fleet is not None:
        return outset_from_sandbox(options.fleet, process.clock.now().replace(microsecond=0))
    if options.audit is not None:
        file = path_of("--audit", options.audit, process)
        try:
            return outset_from_audit(file.read_text(encoding="utf-8"), f"the audit saved in {file}")
        except OSError as error:
            why = (error.strerror or "cannot be read").lower()
        except UnicodeDecodeError:
            why = "it is no text"
        except NoSuchAudit as error:
            why = str(error)
        raise Stop(Exit.USAGE, f"--audit {plain(str(options.audit))}: {why}")
    assert good.key is not None
    wiring = Wiring(
        settings=good.settings,
        key=good.key,
        clock=process.clock,
        purpose=Purpose.AUDIT,
        stop=Event(),
        shard=options.shard or WHOLE,
    )
    try:
        with progress(process) as show:
            others = () if other is None else (other.settings,)
            return read_outset(replace(wiring, progress=show), others)
    except ApiError as error:
        code = Exit.KEY if error.status in (401, 403) or error.code == "KILL_SWITCH" else Exit.UNREADABLE
        raise Stop(code, f"The fleet could not be read: {error.summary}") from None


def _played(
    options: Namespace, good: Good, other: Good | None, outset: Outset, process: Process
) -> tuple[Future, Future | None]:
    """By the one configuration, and by the other if there is one: from the same beginning."""
    now_is = _play(options, good.settings, good.settings, outset, process, "simulated")
    if other is None:
        return now_is, None
    instead = replace(other.settings, api=good.settings.api, store=good.settings.store)
    return now_is, _play(options, instead, good.settings, outset, process, "by the other, simulated")


def _play(
    options: Namespace,
    settings: Settings,
    in_force: Settings,
    outset: Outset,
    process: Process,
    what: str,
) -> Future:
    from watcher.wiring.ledger import memory_of
    from watcher.wiring.simulation import Scenario, by_fleet, play

    from_the_api = options.fleet is None and options.audit is None
    scenario = Scenario(
        settings=by_fleet(settings, outset) if options.fleet is not None else settings,
        days=options.days,
        posting=options.posting,
        enforced=options.enforced,
        shard=options.shard or WHOLE,
    )
    with progress_of_days(process, options.days, what) as show:

        def shown(at: datetime) -> None:
            show(at - outset.at)

        return play(
            scenario,
            outset,
            memory_of(in_force, outset.at) if from_the_api else None,
            progress=shown,
        )


def _shown(
    options: Namespace,
    good: Good,
    other: Good | None,
    now_is: Future,
    then: Future | None,
    process: Process,
) -> str:
    timezone = zone(good.settings.timezone)
    if then is None or other is None:
        match options.format:
            case "json":
                return future_json(now_is)
            case "markdown":
                return future_markdown(now_is, timezone=timezone)
            case _:
                return render_future(now_is, timezone=timezone, width=process.width, color=process.color)
    comparison, names = Comparison(before=now_is, after=then), (good.path, other.path)
    match options.format:
        case "json":
            return comparison_json(comparison, names)
        case "markdown":
            return comparison_markdown(comparison, names, timezone=timezone)
        case _:
            return render_comparison(
                comparison, names, timezone=timezone, width=process.width, color=process.color
            )
