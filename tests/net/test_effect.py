"""The work of layers without tops."""

from __future__ import annotations

from small_nets import build, input_text

WRITER = """layer { name: "write" type: "HDF5Output" bottom: "x" bottom: "y"
  hdf5_output_param { file_name: "out.h5" } }"""


def test_a_layer_that_writes_is_an_effect_and_a_silent_one_is_none() -> None:
    quiet = 'layer { name: "quiet" type: "Silence" bottom: "x" }'
    net = build(input_text("x", 2, 4) + input_text("y", 2) + quiet + WRITER, "TEST")
    assert "write" in [effect.layer for effect in net.effects]
    assert net.outputs == ()
