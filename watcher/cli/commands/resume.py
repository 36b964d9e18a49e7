"""`resume`: ends pauses, or takes the fleet for right as it was found if asked to."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import Final

from watcher.brakes import BRAKES
from watcher.brakes.kinds.paused import PAUSED
from watcher.cli.arguments import configuration, reason_and_name
from watcher.cli.dockets import as_it_stands
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process, Stop
from watcher.cli.together import Idle, refuse_idle
from watcher.decide.dockets import still_halted
from watcher.facts.accounts import ProjectId
from watcher.memory.remembered import HALTED, FleetMemory
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.commands import to_accept_the_baseline, to_resume
from watcher.texts.plain import plain
from watcher.texts.times import distance, until_when


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument("--project", metavar="NAME", help="a project's name or id")
    which = command.add_mutually_exclusive_group()
    which.add_argument(
        "--coming", action="store_true", help="end pauses, and take back those that are to come, too"
    )
    which.add_argument(
        "--accept-baseline",
        action="store_true",
        help="the fleet is right as it is now; ends no pause",
    )
    reason_and_name(command)


IDLE: Final = (
    Idle(
        option="--project",
        beside="--accept-baseline",
        why="the fleet is taken for right as a whole, so leave out --project",
    ),
)


def run(options: Namespace, process: Process) -> Exit:
    refuse_idle(options, IDLE)
    with speaking(options, process) as person:
        project = person.project(options.project)
        fleet = person.ledger.fleet(person.now)
        if options.accept_baseline:
            _require_a_look(fleet)
        planned = person.settings.planned_pauses.on(person.now)
        standing = fleet.overrides.pauses(person.now)
        # Who says that the fleet is right does not say that a pause, perhaps another person's, is over.
        meant = () if options.accept_baseline else standing
        ended = [word for word in meant if project in (None, word.project)]
        to_come = [
            word for word in fleet.overrides.pauses_to_come(person.now) if project in (None, word.project)
        ]
        taken_back = to_come if options.coming else []
        stays = [] if options.coming else [_stays(word, person) for word in to_come]
        left = list(_left(fleet, person, project, accepted=options.accept_baseline))
        if not ended and not taken_back and not options.accept_baseline:
            rest = [word for word in standing if word.project is None]
            nothing = (
                "The fleet is paused, not this project: leave out --project."
                if rest
                else "\n".join([*([] if planned else ["Nothing is paused."]), *left, *stays])
            )
            raise Stop(Exit.USAGE, nothing)
        done = []
        if ended or taken_back:
            word = Override(
                kind=OverrideKind.RESUME,
                at=person.after([*ended, *taken_back]),
                by=person.by,
                why=person.why,
                project=project,
                begins=max((one.begins for one in taken_back if one.begins is not None), default=None),
            )
            done.append((word, "\n".join(_over(ended, taken_back, person, options.project, left=bool(left)))))
        if options.accept_baseline:
            word = Override(kind=OverrideKind.ACCEPT_BASELINE, at=person.now, by=person.by, why=person.why)
            done.append((word, "The fleet is taken for right as the last turn found it."))
        for word, text in done[:-1]:
            person.say(word, text)
        word, text = done[-1]
        person.say(word, "\n".join([text, *left, *stays]))
    return Exit.DONE


def _over(
    ended: Sequence[Override],
    taken_back: Sequence[Override],
    person: Person,
    project: str | None,
    *,
    left: bool,
) -> Iterator[str]:
    """Which pauses are over now, and which will not come. `left`: something else holds releases back."""
    where = "" if project is None else f" of project {plain(project)}"
    if ended:
        which = " and ".join(f"by {plain(one.by)} ({plain(one.why)})" for one in ended)
        over = (
            f"The pause{where} {which} has ended"
            if len(ended) == 1
            else f"The pauses{where} {which} have ended"
        )
        yield f"{over}, {'but releases do not go on yet' if left else 'and releases go on'}."
    for one in taken_back:
        yield f"The pause of {_what(one, person)} {_coming(one, person)} is taken back."


def _stays(word: Override, person: Person) -> str:
    """Of a pause that is to come: whoever ends another one does not take it back unasked."""
    what = _what(word, person)
    way = to_resume(word.project, coming=True)
    return f"The pause of {what} {_coming(word, person)} stays: `{plain(way)}` takes it back, too."


def _what(word: Override, person: Person) -> str:
    if word.project is None:
        return "every project"
    return f"project {plain(person.settings.project_names.get(word.project, word.project))}"


def _coming(word: Override, person: Person) -> str:
    """`from Thu 24 Dec 00:00 UTC (in 26 d) by ann (holidays)`."""
    since = "" if word.begins is None else f"from {person.at(word.begins)} "
    return f"{since}by {plain(word.by)} ({plain(word.why)})"


def _require_a_look(fleet: FleetMemory) -> None:
    """Nobody can say that what no turn has seen is right. Raises `Stop`."""
    restored = fleet.overrides.restored_at()
    if fleet.last_turn is None or (restored is not None and fleet.last_turn.started_at < restored):
        since = "yet" if restored is None else "since the ledger was restored"
        raise Stop(
            Exit.USAGE,
            f"No turn has read the fleet {since}: let one run (`lease-watcher run --once`), look at what it "
            "tells of accounts that are gone, and accept that. Nothing was said.",
        )


def _left(fleet: FleetMemory, person: Person, project: ProjectId | None, *, accepted: bool) -> Iterator[str]:
    """What else holds releases back, as the ledger knows it: pauses that stay, brakes of the last turn."""
    for word in fleet.overrides.pauses(person.now):
        said = f"{plain(word.by)}: {plain(word.why)}. `{to_resume(word.project)}` ends that."
        if word.project is None and (accepted or project is not None):
            yield f"Every project is paused by {said}"
        elif accepted:
            yield f"Project {plain(word.project or '')} is paused by {said}"
    names = person.settings.project_names
    for pause in person.settings.planned_pauses.on(person.now):
        if project is not None and pause.project not in (None, project):
            continue  # what is resumed goes on, whatever another project does
        paused = pause.project and plain(names.get(pause.project, pause.project))
        what = "Every project" if paused is None else f"Project {paused}"
        end = pause.until
        ends = "until `resume`" if end is None else until_when(end, person.now, person.timezone)
        yield (
            f"{what} is paused as planned {ends}: {plain(pause.why)}. That ends sooner only in "
            "[[pauses]] of the configuration."
        )
    last = fleet.last_turn
    restored = fleet.overrides.restored_at()
    if restored is not None and (last is None or last.started_at < restored):
        yield (
            "No turn has read the fleet since the ledger was restored: accounts that are gone since the copy "
            f"was made may be a brake then, and `{to_accept_the_baseline()}` lifts it."
        )
        return
    if last is None:
        return
    brakes = [each for each in BRAKES if f"{HALTED}{each.word}" in last.summary and each is not PAUSED]
    if accepted:
        brakes = [each for each in brakes if not each.of_a_baseline]
    if fleet.overrides.approved(person.now) and not _waits(fleet, person):
        brakes = [each for each in brakes if not each.approvable]  # what they stop is approved by now
    if brakes:
        named = "; ".join(each.title for each in brakes)
        ago = distance(last.started_at, person.now)
        yield f"As of the last turn ({ago}) releases are stopped by: {named}."
    if any(each.of_a_baseline for each in brakes):
        yield f"If the fleet is right as that turn found it: `{to_accept_the_baseline()}`."


def _waits(fleet: FleetMemory, person: Person) -> bool:
    """Whether anything that the last turn found halted still waits for an approval."""
    kept = still_halted(person.ledger.dockets(person.now), fleet)
    dockets = as_it_stands(kept, person.ledger, person.settings, person.now)
    return any(one.waiting for one in dockets)
