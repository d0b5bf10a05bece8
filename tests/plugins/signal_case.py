"""A command of a plugin in a process of its own, to send signals to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys
from importlib import import_module
from owltf import cli

make = cli.make_manager

def with_plugin(disabled=()):
    manager = make(disabled)
    manager.register(import_module(sys.argv[1]), sys.argv[1])
    return manager

cli.make_manager = with_plugin
cli.cli(sys.argv[2:], prog_name="owltf")
"""
every_signal = pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name
)


def end_by_signal(plugin: str, *words: str, number: int, after: float = 0) -> tuple[int, str]:
    """Start a command, send a signal, and return the exit status and what stands on stderr.

    Args:
        plugin: the plugin that brings the command.
        words: the command line.
        number: the signal, sent when something was written to stdout or, if nothing is, at once.
        after: seconds to wait before the signal.
    """
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PROGRAM, plugin, *words]
    env = {**os.environ, "OWLTF_PLUGINS": "none"}
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=env) as process:
        try:
            assert process.stdout
            process.stdout.readline()
            time.sleep(after)
            process.send_signal(number)
            _, errors = process.communicate(timeout=20)
            return process.returncode, errors
        finally:
            process.kill()
