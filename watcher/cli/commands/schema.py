"""`schema`: the JSON schema of the configuration or of policy tests, for editors."""

from argparse import ArgumentParser, Namespace

from watcher.cli.process import Process
from watcher.record.exit_codes import Exit


def declare(command: ArgumentParser) -> None:
    command.add_argument(
        "of",
        nargs="?",
        choices=("configuration", "policy-tests"),
        default="configuration",
        help="which file an editor is to complete (default: configuration)",
    )


def run(options: Namespace, process: Process) -> Exit:
    from watcher.settings.generate import schema_text
    from watcher.settings.policy_tests import CASES

    process.out.write(schema_text(CASES) if options.of == "policy-tests" else schema_text())
    return Exit.DONE
