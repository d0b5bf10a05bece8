"""NetTrainer: owl.net's way to train."""

from __future__ import annotations

import os
import signal
import time
from typing import ClassVar

import numpy as np
import pytest
from solver_case import Case, Recorder, flat

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
