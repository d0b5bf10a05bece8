"""Commands end when a signal asks for it, and leave nothing half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from owltf.signals.stoppable import stoppable
from owltf.stop_flag import check_stopped, stopped_by

PROGRAM = """
import signal, sys, time
from pathlib import Path
import click
from owltf.files.atomic import atomic_output_group
from owltf.stop_flag import check_stopped
from owltf.signals.stoppable import StoppableCommand

class Slow:
    def __del__(self):
        time.sleep(0.01)

def in_destructors():
    while True:
        Slow()
        check_stopped()

def asleep():
    while True:
        time.sleep(1000)

def finishing():
    time.sleep(0.5)

@click.command(cls=StoppableCommand)
def main():
    with atomic_output_group([Path("a"), Path("b")]) as (first, second):
        first.write_text("new")
        second.mkdir()
        print("ready", flush=True)
        {work}()
    print("done", flush=True)

{before}
main()
"""


def started(folder: Path, work: str, before: str = "") -> subprocess.Popen[str]:
    """Start a command that writes a file and a folder, and wait until it works."""
    program = PROGRAM.format(work=work, before=before)
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", program]
    process = subprocess.Popen(command, cwd=folder, text=True, stdout=pipe, stderr=pipe)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("work", ["in_destructors", "asleep", "finishing"])
def test_the_first_signal_ends_a_command(tmp_path: Path, number: int, work: str) -> None:
    (tmp_path / "a").write_text("old")
    process, begin = started(tmp_path, work), time.monotonic()
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors) == (128 + number, "", "owltf: interrupted\n")
    assert time.monotonic() - begin < 5
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "old")]


def test_the_second_ends_it_at_once(tmp_path: Path) -> None:
    process = started(tmp_path, "asleep")
    process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=30) == ("", "owltf: interrupted\n")
    assert process.returncode in (130, 143)
    assert not list(tmp_path.iterdir())


def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    before = "signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    process = started(tmp_path, "finishing", before)
    process.send_signal(signal.SIGHUP)
    assert process.communicate(timeout=30) == ("done\n", "")
    assert process.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_what_is_done_in_time_leaves_no_flag() -> None:
    with stoppable():
        check_stopped()
    assert stopped_by() == 0


# A plugin that never ends what it was asked for, as a net of many layers takes long to build.
ENDLESS = """
import sys, time
import owltf_classifier, owltf_exporter
from owltf import cli
from owltf.registry.markers import hookimpl

def never_end():
    print("ready", flush=True)
    time.sleep(1000)

@hookimpl
def owltf_schema():
    never_end()

@hookimpl
def owltf_fillers():
    never_end()

make = cli.make_manager

def with_plugin(disabled=()):
    manager = make(disabled)
    for plugin in (owltf_classifier, owltf_exporter, sys.modules[__name__]):
        manager.register(plugin)
    return manager

cli.make_manager = with_plugin
cli.cli(sys.argv[1:], prog_name="owltf")
"""
NET = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 } } }'


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("upgrade net.prototxt new.prototxt", signal.SIGINT),
        ("upgrade net.prototxt new.prototxt", signal.SIGTERM),
        ("layers net.prototxt", signal.SIGINT),
        ("plugins", signal.SIGHUP),
        ("new-plugin my-thing", signal.SIGTERM),
        ("classify net.prototxt a.png --weights w", signal.SIGHUP),
        ("export net.prototxt a.onnx --random-weights", signal.SIGINT),
    ],
)
def test_commands_end_wherever_they_are(tmp_path: Path, words: str, number: int) -> None:
    (tmp_path / "net.prototxt").write_text(NET)
    (tmp_path / "a.png").touch()
    (tmp_path / "w").touch()
    before = sorted(tmp_path.iterdir())
    command = [sys.executable, "-c", ENDLESS, *words.split()]
    pipe, env = subprocess.PIPE, {**os.environ, "OWLTF_PLUGINS": "none"}
    with subprocess.Popen(
        command, cwd=tmp_path, text=True, stdout=pipe, stderr=pipe, env=env
    ) as process:
        assert process.stdout
        first = process.stdout.readline()
        assert first == "ready\n", process.stderr.read()
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors.splitlines()[-1:]) == (
        128 + number,
        ["owltf: interrupted"],
    )
    assert sorted(tmp_path.iterdir()) == before
