"""Calls a program by its name, and ends as Caffe's would."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from owltf.api import OwltfError, classes_in, printable
from owltf_caffe_tools.gflags import FlagsError, HelpError, read_flags
from owltf_caffe_tools.glog import FATAL, Glog, stderr_log
from owltf_caffe_tools.program import Call, Program, UsageError

# A check that fails ends Caffe's programs by SIGABRT, which a shell shows so.
ABORTED = 134
_BAD_FLAGS = 1


def programs() -> dict[str, Program]:
    """Return each program by its name."""
    found: list[Any] = classes_in("owltf_caffe_tools.programs", Program)
    return {each.name: each() for each in sorted(found, key=lambda each: str(each.name))}


def call_program(context: click.Context, name: str, arguments: Sequence[str]) -> int:
    """Run a program, and return its exit status.

    Args:
        context: the context of the command that calls it.
        name: the program's name, with or without `.bin`.
        arguments: its command line.

    Raises:
        OwltfError: if there is no such program.
    """
    program = programs().get(name.removesuffix(".bin"))
    if program is None:
        raise OwltfError(f"there is no program {name}; those there are: {', '.join(programs())}")
    try:
        line = read_flags(arguments, program.flags)
    except HelpError:
        return _show_usage(program)
    except FlagsError as error:
        print(f"ERROR: {printable(str(error))}", file=sys.stderr)
        return _BAD_FLAGS
    return _run(program, context, line)


def _run(program: Program, context: click.Context, line: Any) -> int:
    log = stderr_log(program.source, line.flags)
    call = Call(line, log, context.obj, lambda *words: _owltf(context, log, words))
    try:
        return program.run(call)
    except UsageError:
        return _show_usage(program)
    except OwltfError as error:
        log.write(printable(" ".join(str(error).split())), FATAL)
        return ABORTED
    finally:
        log.close()


def _owltf(context: click.Context, log: Glog, words: Sequence[object]) -> int:
    """Run a command of owltf's, with its output in the log."""
    name, *arguments = map(str, words)
    group: Any = context.find_root().command
    command = group.get_command(context.find_root(), name)
    if command is None:
        raise OwltfError(f"this needs the command `owltf {name}`, whose plugin is not installed")
    try:
        with log.instead_of_output(), command.make_context(name, arguments, context) as child:
            command.invoke(child)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.UsageError as error:
        raise OwltfError(error.format_message()) from error
    return 0


def _show_usage(program: Program) -> int:
    print(f"{program.name}: {program.usage}")
    for name, default in program.flags.items():
        kind = {bool: "bool", int: "int32", str: "string"}[type(default)]
        shown = '""' if default == "" else default
        print(f"    -{name} type: {kind} default: {shown}")
    return program.usage_status
