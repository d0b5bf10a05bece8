"""A net that is exported answers as an exported model will."""

from __future__ import annotations

import numpy as np
from owltf_exporter.export_job import Exported

from owltf.testing import net_of

RECURRENT = """
layer { name: "x" type: "Input" top: "x" top: "go_on"
  input_param { shape { dim: 2 dim: 3 dim: 4 } shape { dim: 2 dim: 3 } } }
layer { name: "y" type: "RNN" bottom: "x" bottom: "go_on" top: "y"
  recurrent_param { num_output: 5 weight_filler { type: "xavier" } } }
layer { name: "z" type: "AbsVal" bottom: "y" top: "z" }
"""


def test_answers_do_not_depend_on_earlier_calls() -> None:
    exported = Exported(net_of(RECURRENT))
    x = np.random.default_rng(0).standard_normal((2, 3, 4)).astype(np.float32)
    arrays = {"x": x, "go_on": np.ones((2, 3), np.float32)}
    first, second = exported.answers(arrays), exported.answers(arrays)
    assert list(first) == ["z"]
    np.testing.assert_array_equal(first["z"], second["z"])
    # The net itself continues from the state of its last pass.
    passes = [exported.net.forward(arrays)["z"] for _ in range(2)]
    np.testing.assert_allclose(passes[0], first["z"], atol=1e-6)
    assert np.abs(passes[1] - first["z"]).max() > 1e-3


def test_images_go_to_the_first_input() -> None:
    assert Exported(net_of(RECURRENT)).image_blob == "x"


def test_the_model_is_made_once() -> None:
    exported = Exported(net_of(RECURRENT))
    assert exported.model is exported.model
    assert list(exported.model.output) == ["z"]
