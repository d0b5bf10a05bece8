"""Vision: filters and pooling over images, channels last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from owltf_exporter.keras_program import parts
from owltf_exporter.keras_program.calls import Call
from owltf_exporter.keras_program.writing import layer, own_layer, side, unless


def conv(call: Call, needs: set[str]) -> str | None:
    """A Convolution layer, its padding a layer of its own unless it is Keras's `same`."""
    config = call.config
    kernel, stride, pad, dilation = (
        config[key] for key in ("kernel_size", "strides", "pad", "dilation_rate")
    )
    if len(kernel) not in (1, 2, 3):
        return None
    places = zip(kernel, dilation, pad, strict=True)
    same = [(size - 1) * apart == 2 * around for size, apart, around in places]
    is_same = any(pad) and all(same) and set(stride) == {1}
    padding = f"layers.ZeroPadding{len(kernel)}D({side(pad)!r})({call.x})"
    return layer(
        call,
        f"Conv{len(kernel)}D",
        config["filters"],
        side(kernel),
        x=padding if any(pad) and not is_same else None,
        strides=unless(side(stride), 1),
        padding="same" if is_same else None,
        dilation_rate=unless(side(dilation), 1),
        groups=unless(config["groups"], 1),
        use_bias=unless(config["use_bias"], True),
    )


def deconv(call: Call, needs: set[str]) -> str | None:
    """A Deconvolution layer, which Keras pads by cutting off what is too much."""
    config = call.config
    kernel, stride, pad, dilation = (
        config[key] for key in ("kernel_size", "strides", "pad", "dilation_rate")
    )
    if len(kernel) not in (1, 2, 3):
        return None
    size = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    whole = _transposed(call, size) if config["groups"] == 1 else _grouped(call, size, needs)
    # Where the steps are longer than the kernel Keras leaves zeros at the end.
    cut = [(p, p + max(s - k, 0)) for p, s, k in zip(pad, stride, size, strict=True)]
    if not np.any(cut):
        return whole
    is_even = all(before == after for before, after in cut)
    sides = side(pad) if is_even else cut[0] if len(cut) == 1 else tuple(cut)
    return f"{whole}\nlayers.Cropping{len(kernel)}D({sides!r})(x)"


def _transposed(call: Call, size: Sequence[int]) -> str:
    config = call.config
    return layer(
        call,
        f"Conv{len(size)}DTranspose",
        config["filters"],
        side(size),
        strides=unless(side(config["strides"]), 1),
        use_bias=unless(config["use_bias"], True),
    )


def _grouped(call: Call, size: Sequence[int], needs: set[str]) -> str:
    needs.add(parts.DECONVOLUTION)
    config = call.config
    return own_layer(
        call,
        "Deconvolution",
        config["filters"],
        tuple(size),
        tuple(config["strides"]),
        config["groups"],
        use_bias=unless(config["use_bias"], True),
    )


def im2col(call: Call, needs: set[str]) -> str:
    """The values under each place of a window."""
    needs.add(parts.IM2COL)
    keys = ("kernel_size", "strides", "pad", "dilation_rate")
    return f"im2col({call.x}, {', '.join(repr(tuple(call.config[key])) for key in keys)})"


def stochastic_pool(call: Call, needs: set[str]) -> str:
    """The mean of what is drawn from each window."""
    needs.add(parts.STOCHASTIC_POOL)
    config = call.config
    kernel = tuple(config["kernel"] or call.shapes[0][1:3])
    pads = [
        (pad, max(pad + far, 0)) for pad, far in zip(config["pad"], _overhang(call), strict=True)
    ]
    return f"stochastic_pool({call.x}, {kernel!r}, {tuple(config['stride'])!r}, {pads!r})"


def _overhang(call: Call) -> list[int]:
    """Return the rows and columns beyond the padded image that the last windows reach."""
    config, sizes = call.config, call.shapes[0][1:3]
    kernel = config["kernel"] or sizes
    sides = zip(kernel, config["stride"], config["pad"], sizes, call.tops[0][1:3], strict=True)
    return [(out - 1) * step + size - side - 2 * pad for size, step, pad, side, out in sides]


def max_pool(call: Call, needs: set[str]) -> str:
    """The greatest value of each window."""
    config = call.config
    if config["kernel"] is None:
        return layer(call, "GlobalMaxPooling2D", keepdims=True)
    pads = [
        (pad, max(pad + far, 0)) for pad, far in zip(config["pad"], _overhang(call), strict=True)
    ]
    x = f"ops.pad({call.x}, {[(0, 0), *pads, (0, 0)]!r}, constant_values=-np.inf)"
    return layer(
        call,
        "MaxPooling2D",
        side(config["kernel"]),
        x=x if np.any(pads) else None,
        strides=unless(side(config["stride"]), side(config["kernel"])),
    )


def average_pool(call: Call, needs: set[str]) -> str:
    """The mean of each window."""
    config, beyond = call.config, [max(far, 0) for far in _overhang(call)]
    if config["kernel"] is None:
        return layer(call, "GlobalAveragePooling2D", keepdims=True)
    if not any((*config["pad"], *beyond)):
        strides = unless(side(config["stride"]), side(config["kernel"]))
        return layer(call, "AveragePooling2D", side(config["kernel"]), strides=strides)
    needs.add(parts.AVERAGE_POOL)
    sizes = (tuple(config["kernel"]), tuple(config["stride"]), tuple(config["pad"]), tuple(beyond))
    return f"average_pool({call.x}, {', '.join(map(repr, sizes))})"
