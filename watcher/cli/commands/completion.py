"""`completion`: a script for the shell, such as `eval "$(lease-watcher completion bash)"`."""

from argparse import ArgumentParser, Namespace

import shtab

from watcher.cli.parser import build_parser
from watcher.cli.process import Process
from watcher.record.exit_codes import Exit


def declare(command: ArgumentParser) -> None:
    command.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="which shell it is for")


def run(options: Namespace, process: Process) -> Exit:
    process.out.write(f"{shtab.complete(build_parser(whole=True), shell=options.shell)}\n")
    return Exit.DONE
