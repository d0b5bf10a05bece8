"""--log-json, and the history beside the snapshots: a line of JSON for each event of a run."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from owltf.files.growing_file import GrowingFile
from owltf.plugin.events import Display, Ending, Iterations, Scores, Setup
from owltf.registry.markers import hookimpl
from owltf.train.watch.watcher import RunWatcher, file_option

if TYPE_CHECKING:
    import click

# After how many updates the loss is told where the solver displays nothing.
EVERY = 100


def history_path(prefix: Path) -> Path:
    """Return the history file of a prefix's runs."""
    return Path(f"{prefix}_history.jsonl")


class JsonLines(RunWatcher):
    """Appends a line of JSON to some files at each event.

    Args:
        files: the files.
    """

    def __init__(self, *files: GrowingFile) -> None:
        self._files = files
        self._since = time.monotonic()

    @classmethod
    def run_options(cls) -> list[click.Option]:
        """Return `--log-json` and `--no-history`."""
        import click

        return [
            file_option("--log-json", "Append each event to FILE, a line of JSON."),
            click.Option(
                ["--no-history"],
                is_flag=True,
                help="Write no <snapshot_prefix>_history.jsonl, which is such a file.",
            ),
        ]

    @classmethod
    def of(cls, setup: Setup) -> JsonLines | None:
        """Return one for the file that is asked for, and for the history unless switched off."""
        asked = setup.options.get("log_json")
        files = [GrowingFile(Path(asked))] if asked else []
        history = history_path(setup.prefix)
        if not setup.options.get("no_history", True) and _is_writable(history):
            files.append(GrowingFile(history, quiet=True))
        return cls(*files) if files else None

    @hookimpl
    def owltf_watch_every(self, setup: Setup) -> int | None:
        """Ask for losses where the solver displays none."""
        return None if setup.display else EVERY

    @hookimpl
    def owltf_run_started(self, setup: Setup) -> None:
        """Write what is trained."""
        self._since = time.monotonic()
        for file in self._files:
            file.open()
        self._write(
            "started",
            setup.iteration,
            time=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            net=setup.net,
            solver=setup.solver,
            devices=list(setup.devices),
            parameters=setup.params,
            seed=setup.seed,
            max_iter=setup.max_iter,
            batch=setup.batch,
        )

    @hookimpl
    def owltf_displayed(self, display: Display, setup: Setup) -> None:
        """Write the loss, the rate and the outputs of an iteration."""
        values = {} if display.rate is None else {"rate": display.rate}
        self._write_loss(display.iteration, display.loss, setup, display.outputs, **values)

    @hookimpl
    def owltf_iterations(self, iterations: Iterations, setup: Setup) -> None:
        """Write the mean loss of some iterations."""
        mean = math.fsum(iterations.losses) / len(iterations.losses)
        last, rate = iterations.last, iterations.rate
        self._write_loss(last, mean, setup, iterations.outputs, rate=rate)

    @hookimpl
    def owltf_tested(self, scores: Scores) -> None:
        """Write the means of a test."""
        loss = {} if scores.loss is None else {"loss": scores.loss}
        outputs = _lists(scores.outputs)
        self._write("test", scores.iteration, net=scores.net_index, **loss, outputs=outputs)

    @hookimpl
    def owltf_snapshot(self, iteration: int, caffemodel: Path, solverstate: Path) -> None:
        """Write where a snapshot is."""
        files = {"caffemodel": str(caffemodel), "solverstate": str(solverstate)}
        self._write("snapshot", iteration, **files)

    @hookimpl
    def owltf_run_ended(self, ending: Ending) -> None:
        """Write how the run ended."""
        self._write("ended", ending.iteration, reason=ending.reason, message=ending.message)
        for file in self._files:
            file.close()

    def _write_loss(
        self, iteration: int, loss: float, setup: Setup, outputs: Mapping[str, Any], **more: float
    ) -> None:
        speed = round(setup.images_per_second(), 1)
        values = {"loss": loss, **more, "images_per_second": speed, "outputs": _lists(outputs)}
        self._write("train", iteration, **values)

    def _write(self, event: str, iteration: int, **values: Any) -> None:
        passed = round(time.monotonic() - self._since, 3)
        line = {"event": event, "iteration": iteration, "seconds": passed, **values}
        for file in self._files:
            # JSON has no numbers for what is none.
            file.write(json.dumps(_finite(line), ensure_ascii=False) + "\n")


def _is_writable(path: Path) -> bool:
    return os.access(path if path.exists() else path.parent, os.W_OK)


def _lists(outputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: array.tolist() for name, array in outputs.items()}


def _finite(value: Any) -> Any:
    """Return a value with each number that JSON has not as a text: "nan", "inf", "-inf"."""
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def tests_before(path: Path, output: str) -> dict[int, float]:
    """Return the values that a history holds of an output of the first test net, by iteration."""
    return {
        line["iteration"]: float(line["outputs"][output])
        for line in _events(path)
        if line.get("event") == "test" and line.get("net") == 0 and _is_number(line, output)
    }


def _is_number(line: Mapping[str, Any], output: str) -> bool:
    return isinstance((line.get("outputs") or {}).get(output), int | float)


def _events(path: Path) -> Iterator[dict[str, Any]]:
    with suppress(OSError), path.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            # A killed run may have left half a line.
            with suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict):
                    yield line
