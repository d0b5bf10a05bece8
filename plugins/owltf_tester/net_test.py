"""Runs one test of one net."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from owltf.api import (
    ClassScores,
    Devices,
    Net,
    NetBatches,
    OwltfError,
    class_probabilities,
    class_scores,
    collected_outputs,
    find_views,
    net_batches,
    read_class_names,
    whole_images,
)
from owltf_tester.measure import Measured, measure, measure_views
from owltf_tester.options import TestOptions
from owltf_tester.report import ScoreReport
from owltf_tester.tally import Result, Tally
from owltf_tester.testing import Testing


@dataclass(frozen=True)
class NetTest:
    """A net that is ready to be tested.

    Attributes:
        net: the TEST net, with weights.
        index: which of the solver's test nets it is.
        devices: where it runs.
        options: the options of the command line.
        iterations: how many batches; None for every record once.
        scores: the scores of its classes, if it has some.
        names: the classes' names; their numbers if no file names them.
        solver: the `SolverParameter`, which may say how figures are made; None without a solver.
    """

    # Tells pytest that this is not one of its tests, despite the name.
    __test__ = False

    net: Net
    index: int
    devices: Devices
    options: TestOptions
    iterations: int | None
    scores: ClassScores | None
    names: list[str]
    solver: Any | None = None

    @classmethod
    def of(
        cls,
        net: Net,
        index: int,
        devices: Devices,
        options: TestOptions,
        iterations: int,
        solver: Any | None = None,
    ) -> NetTest:
        """Return a test of a net, with the scores and class names that the options ask for.

        Args:
            net: the net.
            index: which of the solver's test nets it is.
            devices: where it runs.
            options: the options of the command line.
            iterations: how many batches to take if the options do not say.
            solver: the `SolverParameter`, if the net is a solver's.

        Raises:
            OwltfError: if the net lacks the scores that the options need.
        """
        scores = _scores(net, options)
        count = None if options.whole else options.iterations or iterations
        names = _names(scores, options)
        return cls(net, index, devices, options, count, scores, names, solver)

    def testing(self, batches: NetBatches) -> Testing:
        """Return the description of the test for reports.

        Args:
            batches: the batches that the net will be tested on.
        """
        return Testing(
            name=self.net.name,
            index=self.index,
            batches=len(batches),
            notes=tuple(self._notes(batches)),
            weights=_weights(self.net),
            class_names=self.names,
            per_class=self.options.per_class,
            views=self.options.views,
        )

    def _notes(self, batches: NetBatches) -> Iterator[str]:
        for source in self.net.sources:
            yield f"TEST data {source.name}: {source.layer.describe()}"
        yield from self.net.size_notes()
        there = max((source.layer.records or 0 for source in self.net.sources), default=0)
        if 0 < there < batches.records:
            yield (
                f"{batches.records:,} records are asked for where there are {there:,}: some come "
                f"again; --all takes each once"
            )

    def run(self, report: ScoreReport) -> tuple[Testing, Result]:
        """Test the net; return the description of the test and its result.

        Args:
            report: reports on the test.

        Raises:
            OwltfError: if the net cannot compute on the data.
        """
        batches, measured = self._measured()
        testing = self.testing(batches)
        report.started(testing)
        classes = self.scores.classes if self.scores and self.scores.labels is not None else 0
        with_confusion = self.options.confusion is not None
        tally = Tally(
            classes,
            self.options.top_k,
            with_confusion=with_confusion,
            figures=collected_outputs(self.net, self.solver),
        )
        for batch in measured:
            report.measured(batch, tally.add(batch))
        result = tally.result()
        report.finished(testing, result)
        return testing, result

    def _measured(self) -> tuple[NetBatches, Iterator[Measured]]:
        """Return the batches, and an iterator over their results."""
        net, views = self.net, self.options.views
        if views is None or self.scores is None:
            batches = net_batches(net, self.iterations)
            return batches, measure(net, self.devices, self.scores, batches)
        whole = whole_images(net)
        batches = net_batches(net, self.iterations, once=True, sources=whole.sources)
        seen = (find_views(views), whole)
        return batches, measure_views(net, self.devices, self.scores, batches, seen)


def _weights(net: Net) -> dict[str, float]:
    tops = dict.fromkeys(loss.top for loss in net.losses)
    return {top: math.fsum(loss.weight for loss in net.losses if loss.top == top) for top in tops}


def _scores(net: Net, options: TestOptions) -> ClassScores | None:
    if options.views is None and options.softmax_layer is None:
        found = class_scores(net)
    else:
        found = class_probabilities(net, options.softmax_layer)
    if options.views is not None:
        _check_rows(found)
    missing = found is None or found.labels is None
    for name in ("views", "confusion", "per_class", "labels"):
        if missing and getattr(options, name):
            raise OwltfError(
                f"--{name.replace('_', '-')} needs a net that compares its classes' scores with "
                f"labels, in an Accuracy or SoftmaxWithLoss layer; '{net.name}' does not"
            )
    return found


def _check_rows(scores: ClassScores | None) -> None:
    """Refuse scores for several places of an image, since each view shows other places."""
    if scores is not None and any(size not in (None, 1) for size in scores.tensor.shape[:-1]):
        raise OwltfError(
            f"layer '{scores.layer}' gives scores for {scores.tensor.shape[1:-1]} places of an "
            f"image; several views need one for the whole image"
        )


def _names(scores: ClassScores | None, options: TestOptions) -> list[str]:
    if scores is None:
        return []
    if options.labels is None:
        return [str(number) for number in range(scores.classes)]
    return read_class_names(options.labels, scores.classes)
