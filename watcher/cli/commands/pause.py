"""`pause`: no releases, of the fleet or of one project; watching and telling go on."""

from argparse import Namespace

from watcher.cli.saying import saying
from watcher.cli.surroundings import Surroundings
from watcher.decide.exits import Exit
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.plain import plain


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    with saying(options, surroundings) as person:
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
