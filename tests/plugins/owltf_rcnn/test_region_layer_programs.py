"""A net of regions as a program of Keras and TensorFlow, and as a SavedModel."""

from __future__ import annotations

from pathlib import Path

import owltf_exporter
import owltf_rcnn
import pytest
from owltf_exporter.export_job import Exported
from owltf_exporter.formats import onnx_file, python_file
from owltf_exporter.formats.saved_model import saved_model

from owltf.api import load_net
from owltf.testing import use_plugins

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 8 dim: 5 dim: 6 } } }
layer { name: "s" type: "Input" top: "s" input_param { shape { dim: 1 dim: 6 dim: 5 dim: 6 } } }
layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 12 dim: 5 dim: 6 } } }
layer { name: "i" type: "Input" top: "i" input_param { shape { dim: 1 dim: 3 } } }
layer { name: "size" type: "Power" bottom: "i" top: "size" power_param { scale: 0 shift: 90 } }
layer { name: "p" type: "Sigmoid" bottom: "s" top: "p" }
layer { name: "regions" type: "Proposal" bottom: "p" bottom: "d" bottom: "size" top: "rois"
  proposal_param { ratio: 0.5 ratio: 1 ratio: 2 scale: 1 min_size: 0 post_nms_topn: 10 } }
layer { name: "roi" type: "ROIPooling" bottom: "x" bottom: "rois" top: "roi"
  roi_pooling_param { pooled_h: 2 pooled_w: 2 spatial_scale: 0.0625 } }
layer { name: "ps" type: "PSROIPooling" bottom: "x" bottom: "rois" top: "ps"
  psroi_pooling_param { output_dim: 2 group_size: 2 spatial_scale: 0.0625 } }
layer { name: "align" type: "ROIAlign" bottom: "x" bottom: "rois" top: "align"
  roi_align_param { pooled_h: 2 pooled_w: 2 spatial_scale: 0.0625 } }
"""


@pytest.mark.parametrize(
    ("form", "name"), [(python_file, "net.py"), (onnx_file, "net.onnx"), (saved_model, "net")]
)
def test_a_net_of_regions(tmp_path: Path, form: object, name: str) -> None:
    (tmp_path / "net.prototxt").write_text(NET)
    with use_plugins(owltf_rcnn, owltf_exporter) as registry:
        net = Exported(load_net(tmp_path / "net.prototxt", registry=registry))
        form.write(net, tmp_path / name)  # type: ignore[attr-defined]
        assert form.check(net, tmp_path / name).size < 1e-4  # type: ignore[attr-defined]
