"""A net whose layers share a weight, each with its axes in another order, in every format."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from export_case import export

TIED = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 3 dim: 6 } } }
layer { name: "in" type: "InnerProduct" bottom: "x" top: "h" param { name: "w" }
  inner_product_param { num_output: 4 bias_term: false weight_filler { type: "xavier" } } }
layer { name: "out" type: "InnerProduct" bottom: "h" top: "y" param { name: "w" }
  inner_product_param { num_output: 6 bias_term: false transpose: true } }
"""


@pytest.mark.parametrize("out", ["out", "out.keras", "out.tflite", "out.onnx", "out.py"])
def test_it_is_exported(case: Path, out: str) -> None:
    Path("net.prototxt").write_text(TIED)
    ran = export(CliRunner(), ["net.prototxt", out, "--random-weights"])
    assert ran.exit_code == 0, ran.output
    assert f"Wrote {out} " in ran.output
