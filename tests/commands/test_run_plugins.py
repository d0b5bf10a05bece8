"""Plugins that add options to `owltf run`, watch runs, and fail in them."""

from __future__ import annotations

import os
import re
import shlex
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from plugin_modules import plugin
from run_case import Case, without_prefix

from owltf import NetTrainer, cli
from owltf.plugin.manager import make_manager
from owltf.registry.markers import hookimpl
from owltf.train import net_trainer

DOCS = Path(__file__).parents[2] / "docs" / "plugins.md"
Install = Callable[..., None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Let `owltf` and NetTrainer find plugins as if they were installed, each by its name."""

    def install(**plugins: object) -> None:
        def with_plugins(disabled: Sequence[str] = ()) -> Any:
            manager = make_manager()
            for name, each in plugins.items():
                if name not in disabled:
                    manager.register(each, name)
            return manager

        monkeypatch.setattr(cli, "make_manager", with_plugins)
        monkeypatch.setattr(net_trainer, "make_manager", with_plugins)

    return install


@pytest.fixture
def logger() -> ModuleType:
    """The plugin that the documentation shows."""
    section = DOCS.read_text().split("\n## A logger with an option of its own\n")[1]
    (code,) = re.findall(r"```python\n(.*?)```", section.split("\n## ")[0], re.DOTALL)
    assert len(code.splitlines()) <= 20
    module = ModuleType("logger")
    exec(compile(code, "docs/plugins.md", "exec"), module.__dict__)
    return module


def displayed(lines: list[str]) -> list[float]:
    said = "\n".join(lines)
    return [float(loss) for loss in re.findall(r"Iteration \d+, loss = (\S+)", said)]


def test_the_documented_logger_writes_every_loss(
    case: Case, install: Install, logger: ModuleType
) -> None:
    install(logger=logger)
    case.change("solver.prototxt", {"display: 2": "display: 1", "max_iter: 6": "max_iter: 12"})
    lines = case.lines("solver.prototxt", "--loss-file", "loss.csv")
    rows = [row.split(",") for row in Path("loss.csv").read_text().splitlines()]
    assert [int(iteration) for iteration, _ in rows] == list(range(12))
    # Caffe's last display is of one more batch.
    losses = [float(loss) for _, loss in rows]
    assert losses == pytest.approx(displayed(lines)[:-1], rel=1e-5)


def test_without_its_option_the_logger_is_not_told(
    case: Case, install: Install, logger: ModuleType
) -> None:
    plain = case.lines()
    install(logger=logger)
    assert case.lines() == plain
    assert not list(case.folder.glob("*.csv"))


def test_from_python_the_logger_has_the_option_too(
    case: Case, install: Install, logger: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    install(logger=logger)
    for options in ({}, {"loss_file": "loss.csv"}):
        trainer = NetTrainer("solver.prototxt", plugin_options=options)
        trainer.build_net()
        assert trainer.run().status == 0
        assert Path("loss.csv").exists() == bool(options)
    assert len(Path("loss.csv").read_text().splitlines()) == 6
    assert capsys.readouterr().out.count("Optimization Done.") == 2


def test_help_shows_the_options_under_the_plugins_name(
    case: Case, install: Install, logger: ModuleType
) -> None:
    install(logger=logger)
    said = case.run("--help").stdout
    assert said.endswith(
        "Options of the plugin logger:\n  --loss-file FILE  Append each loss to FILE.\n"
    )
    assert said.index("--plain") < said.index("--loss-file")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--log"], "two plugins add --log to owltf run: one and two; disable one of them with "),
        (["--plain"], "plugin 'one' adds --plain to owltf run, which has it already; repair it, "),
    ],
)
def test_options_that_clash_are_one_line(
    case: Case, install: Install, options: list[str], message: str
) -> None:
    one, two = (plugin(owltf_run_options=lambda: [click.Option(options)]) for _ in range(2))
    install(one=one, two=two)
    assert case.refused().startswith(message)
    assert case.refused("--help").startswith(message)


@pytest.mark.parametrize("disabled", [(), ("other", "third")])
def test_the_line_that_resumes_repeats_plugins_and_their_options(
    case: Case, install: Install, disabled: Sequence[str]
) -> None:
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    options = [click.Option(["-l", "--log"]), click.Option(["--quick"], is_flag=True)]
    install(
        mine=plugin(owltf_run_options=lambda: options, owltf_snapshot=interrupt),
        other=plugin(),
        third=plugin(),
    )
    before = [word for name in disabled for word in ("--disable-plugin", name)]
    words = [*before, "run", "solver.prototxt", "--log", "a b", "--quick"]
    ran = case.owltf(*words, "--plain")
    assert ran.exit_code == 130
    line = without_prefix(ran.stdout.splitlines()[-1])
    again = shlex.split(line.removeprefix("Stopped at iteration 3; resume with: "))
    assert again == ["owltf", *words, "--resume", "snap_iter_3.solverstate"]
    assert case.owltf(*again[1:]).exit_code == 130


def test_a_plugin_that_fails_is_one_line_and_its_run_can_go_on(
    case: Case, install: Install
) -> None:
    case.lines()
    ended = case.contents()
    for path in case.folder.glob("snap_*"):
        path.unlink()

    class Broken:
        @hookimpl
        def owltf_displayed(self, display: Any) -> None:
            if display.iteration == 4:
                raise RuntimeError("no space left")

    install(broken=Broken())
    ran = case.run()
    (line,) = ran.stderr.splitlines()
    assert ran.exit_code == 2
    start = (
        "owltf: error: plugin 'broken' fails in owltf_displayed: RuntimeError: no space left; "
        "repair it, or leave it out with --disable-plugin broken; stopped at iteration 5; "
        "resume with: owltf run "
    )
    assert line.startswith(start)
    assert without_prefix(ran.stdout.splitlines()[-1]) == (
        "Snapshotting solver state to binary proto file snap_iter_5.solverstate"
    )
    words = shlex.split(line.removeprefix(start))
    case.owltf("--disable-plugin", "broken", "run", *words)
    again = case.contents()
    assert {name: again[name] for name in ended if "iter_6" in name} == {
        name: ended[name] for name in ended if "iter_6" in name
    }
