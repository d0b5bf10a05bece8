"""NetTrainer: owl.net's way to train."""

from __future__ import annotations

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
    assert whole.run() == 0
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
    assert trainer.run() == 0
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
