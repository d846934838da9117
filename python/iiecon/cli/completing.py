"""The command `completion`: the shell completes commands, options and file names."""

from __future__ import annotations

import argparse
import os
import sys

from iiecon import catalogue
from iiecon.cli.console import DONE, WRONG_USAGE, AddCommand, help_text
from iiecon.cli.manners import say

SHELLS = ("bash", "zsh", "fish", "powershell")
ASKED = "_ARGCOMPLETE"  # set by the shell when it asks what may follow


def add_commands(command: AddCommand) -> None:
    """`completion`."""
    completed = command("completion", _completion)
    completed.add_argument("shell", choices=SHELLS, help=help_text("completion_shell"))


def _completion(given: argparse.Namespace) -> int:
    """Print what the shell has to read, even where nothing else is said."""
    try:
        from argcomplete.shell_integration import shellcode
    except ImportError:
        say(catalogue.on_screen("cli.completion_missing"))
        if given.shell != "powershell":
            print("false")  # what the shell evaluates in place of the code, so that this fails too
        return WRONG_USAGE
    print(shellcode(["iiecon"], shell=given.shell))
    return DONE


def answer_the_shell(parser: argparse.ArgumentParser) -> None:
    """Where the shell asks what may follow, answer and end: no command runs."""
    if ASKED not in os.environ:
        return
    try:
        from argcomplete import autocomplete
    except ImportError:
        sys.exit(DONE)
    autocomplete(parser)
