"""`resume`: ends pauses, and takes the fleet for right as it is if asked to."""

from argparse import Namespace

from watcher.adapters.render.plain import plain
from watcher.cli.saying import saying
from watcher.cli.stop import Stop
from watcher.cli.surroundings import Surroundings
from watcher.domain.exits import Exit
from watcher.domain.overrides import Override, OverrideKind


def run(options: Namespace, surroundings: Surroundings) -> Exit:
    with saying(options, surroundings) as person:
        project = person.project(options.project)
        standing = person.ledger.fleet(person.now).overrides.pauses(person.now)
        ended = [word for word in standing if project in (None, word.project)]
        if not ended and not options.accept_baseline:
            rest = [word for word in standing if word.project is None]
            raise Stop(
                Exit.USAGE,
                "The fleet is paused, not this project: leave out --project."
                if rest
                else "Nothing is paused.",
            )
        done = []
        if ended:
            word = Override(
                kind=OverrideKind.RESUME, at=person.now, by=person.by, why=person.why, project=project
            )
            what = "Releases" if project is None else f"Releases of project {plain(options.project)}"
            paused = "; ".join(f"paused by {plain(one.by)}: {plain(one.why)}" for one in ended)
            done.append((word, f"{what} go on ({paused})."))
        if options.accept_baseline:
            word = Override(kind=OverrideKind.ACCEPT_BASELINE, at=person.now, by=person.by, why=person.why)
            done.append((word, "The fleet is taken for right as the next turn reads it."))
        for word, text in done:
            person.say(word, text)
    return Exit.DONE
