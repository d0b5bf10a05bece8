"""--tensorboard: loss, rate, speed, test outputs and the graph, for TensorBoard."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from owltf.errors import OwltfError
from owltf.plugin.events import Display, Iterations, Scores, Setup
from owltf.registry.markers import hookimpl
from owltf.train.report.tests_so_far import means
from owltf.train.watch.json_lines import EVERY
from owltf.train.watch.layer_graph import layer_graph
from owltf.train.watch.watcher import RunWatcher

if TYPE_CHECKING:
    import click


class TensorBoard(RunWatcher):
    """Writes event files: the TRAIN net's figures into DIR/train, those of tests into DIR/test.

    Args:
        folder: DIR.
    """

    def __init__(self, folder: Path) -> None:
        import tensorflow as tf

        self._tf, self._folder = tf, folder
        self._train: Any = None
        self._tests: dict[int, Any] = {}

    @classmethod
    def run_options(cls) -> list[click.Option]:
        """Return `--tensorboard`."""
        import click

        return [
            click.Option(
                ["--tensorboard"],
                metavar="DIR",
                help="Write loss, rate, test outputs, images/s and the graph for TensorBoard.",
            )
        ]

    @classmethod
    def of(cls, setup: Setup) -> TensorBoard | None:
        """Return one if a folder is given."""
        given = setup.options.get("tensorboard")
        return cls(Path(given)) if given else None

    @hookimpl
    def owltf_run_started(self, setup: Setup) -> None:
        """Make the folder, and write the graph.

        Raises:
            OwltfError: if the folder cannot be written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._train = self._writer("train")
        except (OSError, self._tf.errors.OpError) as error:
            reason = getattr(error, "strerror", None) or getattr(error, "message", str(error))
            raise OwltfError(
                f"--tensorboard {self._folder}: cannot be written: {reason}"
            ) from error
        if setup.model is not None:
            with self._train.as_default(step=setup.iteration):
                self._tf.summary.graph(layer_graph(setup.model))

    @hookimpl
    def owltf_watch_every(self, setup: Setup) -> int:
        """Ask for the losses."""
        return min(setup.display, EVERY) or EVERY

    @hookimpl
    def owltf_iterations(self, iterations: Iterations, setup: Setup) -> None:
        """Write the mean loss of some iterations, the rate, and the speed."""
        with self._train.as_default(step=iterations.last + 1):
            self._scalar("loss", math.fsum(iterations.losses) / len(iterations.losses))
            self._scalar("rate", iterations.rate)
            if speed := setup.images_per_second():
                self._scalar("images_per_second", speed)

    @hookimpl
    def owltf_displayed(self, display: Display) -> None:
        """Write the TRAIN net's outputs, under the names that those of tests have."""
        with self._train.as_default(step=display.iteration):
            for name, value in means(Scores(display.iteration, 0, None, display.outputs)):
                self._scalar(f"outputs/{name}", value)

    @hookimpl
    def owltf_tested(self, scores: Scores) -> None:
        """Write the means of a test."""
        index = scores.net_index
        if index not in self._tests:
            self._tests[index] = self._writer("test" if index == 0 else f"test_{index}")
        with self._tests[index].as_default(step=scores.iteration):
            for name, value in means(scores):
                self._scalar(f"outputs/{name}", value)
        self._tests[index].flush()
        self._train.flush()

    @hookimpl
    def owltf_run_ended(self) -> None:
        """Close the files."""
        for writer in (self._train, *self._tests.values()):
            if writer is not None:
                writer.close()

    def _scalar(self, tag: str, value: float) -> None:
        """Write a number for TensorBoard's plugin of scalars, which need not be installed."""
        metadata = self._tf.compat.v1.SummaryMetadata(data_class="DATA_CLASS_SCALAR")
        metadata.plugin_data.plugin_name = "scalars"
        self._tf.summary.write(tag, self._tf.constant(value, self._tf.float32), metadata=metadata)

    def _writer(self, name: str) -> Any:
        return self._tf.summary.create_file_writer(str(self._folder / name))
