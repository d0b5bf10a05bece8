"""Runs a layer on a blob whose channels lie last in memory, as a convolution leaves them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from owltf.testing import net_of

SHAPE = (2, 3, 4, 5)
CHANNELS = 6


def run_after_convolution(
    fields: str, others: Sequence[np.ndarray] = (), phase: str = "TRAIN"
) -> tuple[np.ndarray, np.ndarray]:
    """Return a convolution's top (2, 6, 4, 5), and what a layer makes of it, in Caffe's order.

    Args:
        fields: what stands in the layer beside its name, bottoms and top.
        others: its other bottoms.
        phase: "TRAIN" or "TEST".
    """
    arrays = [np.random.default_rng(4).standard_normal(SHAPE, dtype=np.float32), *others]
    names = [f"input{index}" for index in range(len(arrays))]
    inputs = [
        f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ '
        f"{' '.join(f'dim: {size}' for size in array.shape)} }} }} }}"
        for name, array in zip(names, arrays, strict=True)
    ]
    bottoms = " ".join(f'bottom: "{name}"' for name in ("conv", *names[1:]))
    net = net_of(
        "\n".join(inputs)
        + f"""
        layer {{ name: "conv" type: "Convolution" bottom: "input0" top: "conv"
          convolution_param {{ num_output: {CHANNELS} kernel_size: 1
            weight_filler {{ type: "xavier" }} }} }}
        layer {{ name: "layer" {fields} {bottoms} top: "top" }}""",
        phase,
    )
    blobs = net.forward(dict(zip(names, arrays, strict=True)), ["conv", "top"])
    assert net.blob_shapes["top"] == blobs["top"].shape
    return blobs["conv"], blobs["top"]
