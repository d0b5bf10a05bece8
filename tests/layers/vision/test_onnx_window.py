"""Windows of convolutions in ONNX."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from recurrent_case import random

from owltf.testing import one_layer

X = (2, 4, 6, 7)
UNEVEN = "kernel_h: 3 kernel_w: 2 stride_h: 1 stride_w: 2 pad_h: 2 pad_w: 1 dilation: 2"


@pytest.mark.parametrize("kind", ["Convolution", "Deconvolution"])
@pytest.mark.parametrize("fields", [UNEVEN, "kernel_size: 3 group: 2", "kernel_size: 2 axis: 2"])
def test_filters(check_onnx: Callable[..., None], kind: str, fields: str) -> None:
    fields += ' num_output: 6 weight_filler { type: "xavier" }'
    check_onnx(one_layer(f'type: "{kind}" convolution_param {{ {fields} }}', X), [random(*X)])


def test_filters_of_several_bottoms(check_onnx: Callable[..., None]) -> None:
    fields = 'kernel_size: 3 num_output: 2 weight_filler { type: "xavier" }'
    net = one_layer(f'type: "Convolution" convolution_param {{ {fields} }}', X, X, tops=2)
    check_onnx(net, [random(*X), 2 * random(*X)])


@pytest.mark.parametrize("fields", [UNEVEN, "kernel_size: 2 axis: 2"])
def test_columns(check_onnx: Callable[..., None], fields: str) -> None:
    check_onnx(one_layer(f'type: "Im2col" convolution_param {{ {fields} }}', X), [random(*X)])
