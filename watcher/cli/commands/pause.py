"""`pause`: no releases, of the fleet or of one project; watching and telling go on."""

from argparse import ArgumentParser, Namespace

from watcher.cli.arguments import UNSAID, configuration, reason_and_name
from watcher.cli.person import speaking
from watcher.cli.process import Process
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.plain import plain


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument("--project", metavar="NAME", help="a project's name or id; else the fleet")
    command.add_argument("--until", metavar="WHEN", help="a date or an instant; else until `resume`")
    reason_and_name(command, unsaid=UNSAID)


def run(options: Namespace, process: Process) -> Exit:
    with speaking(options, process) as person:
        project = person.project(options.project)
        until = None if options.until is None else person.until(options.until)
        word = Override(
            kind=OverrideKind.PAUSE,
            at=person.now,
            by=person.by,
            why=person.why,
            project=project,
            until=until,
        )
        what = "Releases" if project is None else f"Releases of project {plain(options.project)}"
        end = "until `resume`" if until is None else person.ends(until)
        person.say(word, f"{what} are paused {end}.")
    return Exit.DONE
