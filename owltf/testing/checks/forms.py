"""What plugins make of a layer, such as its ONNX form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from owltf.convert.converter import converter_of
from owltf.convert.onnx_node import onnx_form
from owltf.net.net import Net
from owltf.runtime.user_errors import user_errors
from owltf.testing.case import LayerCase
from owltf.testing.nets import layer_parameter, title


@user_errors()
def check_forms(net: str | Path, bottoms: Sequence[Any], *, params: Sequence[Any] = ()) -> None:
    """Check the forms that plugins make of a layer: by `owltf export`, its ONNX form.

    A layer whose converter has an `onnx` method must give the same in onnxruntime. What cannot be
    checked, as onnx is not installed, is printed.

    Args:
        net: a prototxt, as a path or as text.
        bottoms: an array for each of the layer's bottoms, in Caffe's order.
        params: the layer's parameter blobs; filled by their fillers if absent.

    Raises:
        AssertionError: if a form differs from the layer.
    """
    compare_forms(LayerCase.of(net, bottoms, params, phase="TEST"))


def compare_forms(case: LayerCase) -> None:
    """Let plugins check a case that is built for TEST."""
    net = case.built
    hook = net.context.registry.manager.hook.owltf_check_layer
    if not hook.get_hookimpls() and _has_onnx_form(net):
        print(f"the ONNX form of {title(net)} is not checked: no plugin is loaded that exports")
    for unchecked in hook(net=net, bottoms=case.feeds(net)):
        print(unchecked)


def _has_onnx_form(net: Net) -> bool:
    converter = converter_of(layer_parameter(net), net.context.registry)
    return onnx_form(converter) is not None
