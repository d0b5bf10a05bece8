"""NetTrainer: owl.net's way to train."""

from __future__ import annotations

import os
import signal
import time
from typing import Any, ClassVar

import h5py
import numpy as np
import pytest
import tensorflow as tf
from solver_case import SOLVER, Case, Recorder, flat

import owltf
from owltf.errors import OwltfError
from owltf.plugin.events import Display
from owltf.registry.markers import hookimpl


def test_it_trains_and_goes_on_from_an_index(small: Case) -> None:
    whole = owltf.NetTrainer("solver.prototxt", report=Recorder())
    assert (whole.solver_file, whole.snapshot, whole.num_gpu) == ("solver.prototxt", 0, 1)
    whole.build_net()
    assert whole.run().status == 0
    again = owltf.NetTrainer("solver.prototxt", 1, report=Recorder())
    again.build_net()
    again.run()
    np.testing.assert_array_equal(flat(again.net.get_params()), flat(whole.net.get_params()))


def test_the_net_must_be_built_first(small: Case) -> None:
    trainer = owltf.NetTrainer("solver.prototxt")
    with pytest.raises(OwltfError, match=r"call build_net\(\) first"):
        trainer.run()
    with pytest.raises(OwltfError, match=r"call build_net\(\) first"):
        _ = trainer.net


def test_a_report_is_a_plugin_for_that_run(small: Case) -> None:
    class Report:
        @hookimpl
        def owltf_displayed(self, display: Display) -> None:
            if display.iteration == fails_at:
                raise KeyError("mine")
            seen.append(display.iteration)

    seen: list[int] = []
    fails_at = 4
    trainer = owltf.NetTrainer("solver.prototxt", report=Report())
    trainer.build_net()
    # The mistake of a program's own report is the program's to find.
    with pytest.raises(KeyError, match="mine"):
        trainer.run()
    assert seen == [0]
    fails_at = -1
    trainer.build_net()
    assert trainer.run().status == 0
    assert seen == [0, 0, 4, 8, 12]


def test_a_misspelt_hook_of_a_report_is_refused(small: Case) -> None:
    class Report:
        @hookimpl
        def owltf_displaid(self) -> None:
            """Never called."""

    trainer = owltf.NetTrainer("solver.prototxt", report=Report())
    trainer.build_net()
    with pytest.raises(OwltfError, match="owltf_displaid: did you mean 'owltf_displayed'"):
        trainer.run()


def test_a_second_run_goes_on_and_writes_nothing_anew(small: Case) -> None:
    trainer = owltf.NetTrainer("solver.prototxt", report=Recorder())
    trainer.build_net()
    trainer.run()
    params = flat(trainer.net.get_params())
    written = {path: path.read_bytes() for path in small.folder.glob("snap_iter*")}
    times = {path: path.stat().st_mtime_ns for path in written}
    assert trainer.run().status == 0
    np.testing.assert_array_equal(flat(trainer.net.get_params()), params)
    assert {path: path.read_bytes() for path in small.folder.glob("snap_iter*")} == written
    assert {path: path.stat().st_mtime_ns for path in written} == times


def test_a_run_that_was_stopped_goes_on_to_the_same_end(small: Case) -> None:
    class Stopping(Recorder):
        @hookimpl
        def owltf_snapshot(self, iteration: int) -> None:
            if iteration == 6 and not self.stopped:
                self.stopped.append(iteration)
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(0.5)

        stopped: ClassVar[list[int]] = []

    whole, _ = small.run()
    trainer = owltf.NetTrainer("solver.prototxt", report=Stopping())
    trainer.build_net()
    assert trainer.run().status == 143
    assert trainer.run().status == 0
    np.testing.assert_array_equal(
        flat(trainer.net.get_params()), flat(whole.nets.train.get_params())
    )


def test_an_unknown_keyword_is_told_at_once() -> None:
    with pytest.raises(
        TypeError, match=r"NetTrainer\(\) got .* 'num_gpus': did you mean 'num_gpu'"
    ):
        owltf.NetTrainer("no.prototxt", num_gpus=2)


def arrays(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Return the records of the case's HDF5 file, and leave none for its data layers."""
    with h5py.File(case.folder / "train.h5") as file:
        found = file["data"][()], file["label"][()]
    (case.folder / "train.h5").unlink()
    return found


def end_of(**options: Any) -> np.ndarray:
    trainer = owltf.NetTrainer("solver.prototxt", report=Recorder(), **options)
    trainer.build_net()
    assert trainer.run().status == 0
    return flat(trainer.net.get_params())


@pytest.mark.parametrize("replicas", [None, 2])
def test_arrays_train_as_the_same_records_in_a_file_do(small: Case, replicas: int | None) -> None:
    """And go on where a snapshot stands, whoever wrote it."""
    wanted = end_of(cpu_replicas=replicas)
    x, y = arrays(small)
    given = {"train_data": (x, y), "test_data": {"data": x, "label": y}, "cpu_replicas": replicas}
    np.testing.assert_array_equal(end_of(snapshot=1, **given), wanted)
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(8, drop_remainder=True)
    both = {"train_data": dataset, "test_data": dataset, "cpu_replicas": replicas}
    np.testing.assert_array_equal(end_of(snapshot=1 if replicas else 0, **both), wanted)


def test_shuffled_arrays_go_on_bit_for_bit(small: Case) -> None:
    given = {"train_data": arrays(small), "shuffle": True}
    given["test_data"] = given["train_data"]
    wanted = end_of(**given)
    np.testing.assert_array_equal(end_of(snapshot=1, **given), wanted)
    assert (end_of(**{**given, "shuffle": False}) != wanted).any()


@pytest.mark.parametrize(
    ("solver", "test_data", "reason"),
    [
        (SOLVER.replace("test_iter: 2 test_interval: 6", ""), 1, "tests no net; give it a test_it"),
        (SOLVER.replace("test_iter: 2", "test_iter: 2 test_iter: 1"), [1], "each of 2 test nets"),
        (SOLVER, "x", "test_data: takes arrays: .*got str"),
    ],
)
def test_wrong_test_data_are_told(small: Case, solver: str, test_data: Any, reason: str) -> None:
    small.add("solver.prototxt", solver)
    trainer = owltf.NetTrainer("solver.prototxt", test_data=test_data)
    with pytest.raises(OwltfError, match=f"test_data: .*{reason.removeprefix('test_data: ')}"):
        trainer.build_net()


def test_labels_without_a_class_are_found_in_arrays(small: Case) -> None:
    x, y = arrays(small)
    trainer = owltf.NetTrainer("solver.prototxt", train_data=(x, y + 3), test_data=(x, y))
    with pytest.raises(OwltfError, match="'data' .*: record .* has the label 4; .* 0 to 3"):
        trainer.build_net()


def test_half_batches_are_refused_where_they_cannot_be(small: Case) -> None:
    tf.constant(1.0)
    with pytest.raises(OwltfError, match="on which TensorFlow has not started, as the only"):
        owltf.NetTrainer("solver.prototxt", half_batches=True).build_net()
    net = (small.folder / "net.prototxt").read_text()
    small.add("net.prototxt", net.replace('"Dropout"', '"BatchNorm"'))
    with pytest.raises(OwltfError, match=r"layer 'drop1' \(BatchNorm, .*\) needs whole batches"):
        owltf.NetTrainer("solver.prototxt", half_batches=True).build_net()
