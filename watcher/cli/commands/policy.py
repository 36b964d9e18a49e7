"""`policy test`: what the configuration decides of accounts that a file describes; nobody is asked anything.

`--write` is the exception: it looks once, as an audit does, and describes an account as it is.
"""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import Final

from watcher.cli.accounts import fits, the_one
from watcher.cli.arguments import actions, configuration, text_or_json
from watcher.cli.commands.audit import audited
from watcher.cli.commands.explain import account_memory, not_found
from watcher.cli.configured import NotConfigured, configure_log, loaded, secrets_in, watching
from watcher.cli.files import file_to_write, path_of
from watcher.cli.process import Process, Stop
from watcher.cli.render.policy_tests import Tried, policy_tests_json, render_policy_tests
from watcher.cli.render.steps import what_happens
from watcher.cli.together import Idle, refuse_idle
from watcher.cli.written import unwritable, write_whole
from watcher.facts.handles import name_of
from watcher.memory.remembered import latest_use
from watcher.record.exit_codes import Exit
from watcher.rules.expectations import case_of, decide_case, decided, mismatches
from watcher.rules.plan import Decision, Mode
from watcher.rules.policy import IfNoticeLate
from watcher.rules.policy_cases import PolicyCase
from watcher.settings.declare import every_option, file_twin
from watcher.settings.findings import Finding, Gravity
from watcher.settings.load import Bad, Good
from watcher.settings.model import Settings
from watcher.settings.policy_tests import PlacedCase, PolicyFile, read_policy_tests, target_of, with_case
from watcher.settings.read.secrets import KEY_VARIABLE
from watcher.texts.times import GLUE, clock_time, zone
from watcher.wiring.ledger import open_reader
from watcher.wiring.orders import configured_holds


def declare(command: ArgumentParser) -> None:
    configuration(command)
    test = actions(command, {"test": "decide every case of a file, and say what is not as expected"})["test"]
    test.description = f"{test.description} Asks nobody, needs no key; 1 if a case fails."
    test.add_argument("files", nargs="*", type=Path, metavar="FILE", help="TOML files of [[cases]]")
    test.add_argument(
        "--write",
        nargs=2,
        metavar=("FILE", "ACCOUNT"),
        help="instead: add a case to FILE, of an account (an id or @handle) as it is now; needs the key",
    )
    text_or_json(test)


IDLE: Final = (
    Idle(option="--format", beside="--write", why="a case is written as TOML, so leave out --format"),
)


def run(options: Namespace, process: Process) -> Exit:
    refuse_idle(options, IDLE)
    if options.write is not None and options.files:
        raise Stop(Exit.USAGE, "--write takes a file and an account, and no further file.")
    if options.write is not None:
        return _write(options, process)
    if not options.files:
        raise Stop(Exit.USAGE, "Which file? `lease-watcher policy test FILE` names one or several.")
    return _test(options, process)


def _test(options: Namespace, process: Process) -> Exit:
    """All cases of all files, and before that all mistakes in them: what is wrong is told once, whole."""
    good = _policies_of(options, process)
    read = [read_policy_tests(_there(each, process), good.settings) for each in options.files]
    wrong = [finding for each in read if not isinstance(each, PolicyFile) for finding in each]
    if wrong:
        raise NotConfigured(wrong, good)
    tried = [
        (each.path, [_tried(placed, good.settings) for placed in each.cases])
        for each in read
        if isinstance(each, PolicyFile)
    ]
    if options.format == "json":
        process.out.write(policy_tests_json(tried, configuration=good.path))
    else:
        process.out.write(
            render_policy_tests(
                tried,
                configuration=good.path,
                timezone=zone(good.settings.timezone),
                width=process.width,
                color=process.color,
            )
        )
    failed = any(one.differs for _, several in tried for one in several)
    return Exit.UNEXPECTED if failed else Exit.DONE


def _tried(placed: PlacedCase, settings: Settings) -> Tried:
    decision = _decided(placed.case, settings)
    return Tried(
        placed=placed,
        mode=placed.case.mode or settings.mode,
        decision=decision,
        differs=mismatches(placed.case.expect, decision),
    )


def _decided(case: PolicyCase, settings: Settings) -> Decision:
    return decide_case(
        case, target_of(case, settings), configured=configured_holds(settings), mode=settings.mode
    )


def _there(written: Path, process: Process) -> Path:
    place = path_of("FILE", written, process)
    if not place.exists():
        raise Stop(Exit.USAGE, f"{place}: there is no such file.")
    return place


def _policies_of(options: Namespace, process: Process) -> Good:
    """The configuration. That a secret is missing or empty changes no decision, and in CI it often is.

    Any other mistake may: a policy without what is wrong in it is another policy.
    """
    environ = {name: text for name, text in process.environ.items() if name != KEY_VARIABLE}
    found = loaded(options, replace(process, environ=environ), offline=True)
    if isinstance(found, Bad):
        if found.rest is None or not all(map(_is_of_a_secret, found.findings)):
            raise NotConfigured(found.findings, found.rest)
        found = found.rest
    configure_log(process, secrets_in(found))
    return found


_SECRETS: Final = frozenset(
    name for path, option in every_option() if option.secret for name in (path[-1], file_twin(path[-1]))
)


def _is_of_a_secret(finding: Finding) -> bool:
    top, _, rest = finding.key.partition(".")
    return finding.severity is Gravity.WARNING or (top != "store" and rest.rpartition(".")[2] in _SECRETS)


def _write(options: Namespace, process: Process) -> Exit:
    """Look once, describe the account, and hold what is decided of the description against what was seen."""
    file, reference = Path(options.write[0]), options.write[1]
    with_key = watching(options, process)
    settings = with_key.settings
    place = file_to_write("--write", file, process, with_key.good)
    assert place is not None
    before = _as_it_is(place, settings, with_key.good)
    report = audited(with_key, process)
    found = [one for one in report.decisions if fits(reference, one.account)]
    with open_reader(settings) as ledger:
        if not found:
            raise not_found(reference, report, ledger)
        account = the_one(reference, (one.account for one in found), nobody="")
        now = process.clock.now()
        known = account_memory(ledger, account, now).known
        since = ledger.fleet(now).ledger_since
    decision = next(one for one in found if one.account == account)
    project = settings.project_names.get(account.project)
    timezone = zone(settings.timezone)
    happens = what_happens(decision, now, timezone, live=settings.mode is Mode.ENFORCE).replace(GLUE, " ")
    case = case_of(
        decision,
        name=f"{name_of(account.handle, account.id)}, {clock_time(now, timezone)}: {happens}",
        project=project,
        now=now,
        mode=settings.mode,
        used=latest_use(account, known),
    )
    policy = decision.judgement.policy
    if policy is not None and policy.release.if_notice_late is IfNoticeLate.RELEASE:
        case = replace(case, memory=replace(case.memory, ledger_since=since))
    expected = decided(_decided(case, settings))
    if replace(expected, moment=None) != replace(case.expect, moment=None):
        raise Stop(
            Exit.USAGE,
            f"{name_of(account.handle, account.id)}: what is decided of it rests on more than a case can say "
            f"({decision.reason.value}, and by the case alone {expected.reason}). Nothing was written.",
        )
    text = with_case(before, replace(case, expect=expected))
    try:
        # What is added to holds the cases of months: it stays where this fails.
        write_whole(place, (text.encode(),))
    except OSError as error:
        raise unwritable("--write", place, error) from None
    process.say(
        f"Added to {place}: {name_of(account.handle, account.id)} as it is now, and what is decided of it.\n"
        "Its name and its id stand there as they are: take care who reads that file."
    )
    return Exit.DONE


def _as_it_is(place: Path, settings: Settings, good: Good) -> str | None:
    """What a file holds that a case is to be added to; None: there is none. One with mistakes stays so."""
    if not place.exists():
        return None
    read = read_policy_tests(place, settings, may_be_empty=True)
    if not isinstance(read, PolicyFile):
        raise NotConfigured(read, good)
    return place.read_text(encoding="utf-8-sig")
