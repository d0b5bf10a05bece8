"""Tests the nets of a prototxt one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from owltf.api import NetFile, OwltfError, load_test_nets, open_net_file, refuse_existing
from owltf_tester.confusion import check_confusion, write_confusion
from owltf_tester.figures import write_figures
from owltf_tester.net_test import NetTest
from owltf_tester.options import TestOptions
from owltf_tester.report import ScoreReport
from owltf_tester.tally import Result
from owltf_tester.testing import Testing

# The default number of batches of `caffe test`.
_ITERATIONS = 50


def run_tests(
    file: str,
    test_net: int | None,
    options: TestOptions,
    report: ScoreReport,
    load: Mapping[str, Any],
) -> list[Result]:
    """Test a net, or the test nets of a solver, and write the files that the options name.

    Args:
        file: the prototxt.
        test_net: the number of one of the solver's test nets; None for all.
        options: the options of the test.
        report: reports on the tests.
        load: arguments of `load_net`: weights, devices, registry.

    Raises:
        OwltfError: if a file or an option is wrong, or they do not fit together.
    """
    ignore = load["ignore_unknown_fields"]
    opened = open_net_file(file, load["registry"].schema, ignore_unknown_fields=ignore)
    iterations = _iterations(opened, test_net)
    _check_files(options, len(iterations))
    nets = load_test_nets(opened, list(iterations), tell=report.note, **load)
    solver = opened.solver.parameter if opened.solver else None
    tests = [
        NetTest.of(net, index, load["devices"], options, count, solver)
        for net, (index, count) in zip(nets, iterations.items(), strict=True)
    ]
    try:
        tested = [test.run(report) for test in tests]
    finally:
        report.close()
    weights = ",".join(map(str, load["weights"] or ())) or None
    files = {"file": file, "weights": weights, "snapshot": load["snapshot"]}
    _write(files, options, tested, report)
    return [result for _, result in tested]


def _iterations(file: NetFile, test_net: int | None) -> dict[int, int]:
    """Return the number of batches for each net to be tested, by its index."""
    if file.solver is None and test_net:
        raise OwltfError(f"{file.file}: a net; only a solver has several test nets")
    every = dict(enumerate(file.test_iter))
    if test_net is None:
        return every or {0: _ITERATIONS}
    return {test_net: every.get(test_net, _ITERATIONS)}


def _check_files(options: TestOptions, nets: int) -> None:
    refuse_existing(filter(None, (options.confusion, options.output)), force=True)
    if options.confusion is not None:
        check_confusion(options.confusion)
        if nets > 1:
            raise OwltfError(f"--confusion holds one net, the solver tests {nets}; add --test-net")


def _write(
    files: Mapping[str, Any],
    options: TestOptions,
    tested: Sequence[tuple[Testing, Result]],
    report: ScoreReport,
) -> None:
    written: list[Path] = []
    for testing, result in tested:
        if options.confusion is not None and result.confusion is not None:
            write_confusion(options.confusion, result.confusion, testing.class_names)
            written.append(options.confusion)
    if options.output is not None:
        write_figures(options.output, tested, **files)
        written.append(options.output)
    for path in written:
        report.note(f"Wrote {path}")
