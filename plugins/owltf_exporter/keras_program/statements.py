"""Statements: each call of a layer as a line of a program that needs Keras alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from owltf_exporter.keras_program import parts
from owltf_exporter.keras_program.calls import Call

Expression = Callable[[Call, set[str]], str]


def statement(call: Call, needs: set[str]) -> str | None:
    """Return the expression that a call is written as; None where plain Keras lacks it.

    Args:
        call: the call.
        needs: gathers the source texts of the parts it uses.
    """
    write = _BY_CLASS.get(call.kind)
    return write(call, needs) if write else None


def layer(call: Call, kind: str, *values: Any, x: str | None = None, **options: Any) -> str:
    """Return the call of a Keras layer, its arguments in Python.

    Args:
        call: the call.
        kind: the layer's class.
        *values: its arguments by place.
        x: what is done to the input first, in a line of its own.
        **options: its arguments by name; None for those that stay as usual.
    """
    arguments = [python(value) for value in values]
    arguments += [f"{key}={python(value)}" for key, value in options.items() if value is not None]
    made = f"layers.{kind}({', '.join([*arguments, f'name={python(call.layer.name)}'])})"
    return f"{x}\n{made}(x)" if x else f"{made}({_given(call)})"


def python(value: Any) -> str:
    """Return a value as it is written in Python, a float32 as people write it."""
    if isinstance(value, str):
        return json.dumps(value)
    # 1e-05 and not 9.999999747378752e-06.
    return str(np.float32(value)) if isinstance(value, float) else repr(value)


def _given(call: Call) -> str:
    return call.x if len(call.inputs) == 1 else f"[{', '.join(call.inputs)}]"


def _side(sizes: Sequence[int]) -> Any:
    """Return equal sizes as one number."""
    return sizes[0] if len(set(sizes)) == 1 else tuple(sizes)


def _unless(value: Any, usual: Any) -> Any:
    return None if value == usual else value


def _input(call: Call, needs: set[str]) -> str:
    return f"keras.Input({call.tops[0][1:]!r}, name={python(call.layer.name)})"


def _permute(call: Call, needs: set[str]) -> str:
    return layer(call, "Permute", tuple(call.config["dims"]))


def _reshape(call: Call, needs: set[str]) -> str:
    target = call.tops[0][1:]
    return layer(call, "Flatten") if len(target) == 1 else layer(call, "Reshape", target)


def _batch_reshape(call: Call, needs: set[str]) -> str:
    shape = tuple(call.config["shape"])
    return f"ops.reshape({call.x}, {(-1, *shape[1:]) if shape else ()!r})"


def _conv(call: Call, needs: set[str]) -> str | None:
    config = call.config
    kernel, stride, pad, dilation = (
        config[key] for key in ("kernel_size", "strides", "pad", "dilation_rate")
    )
    if len(kernel) not in (1, 2, 3):
        return None
    sides = zip(kernel, dilation, pad, strict=True)
    same = [(size - 1) * apart == 2 * side for size, apart, side in sides]
    is_same = any(pad) and all(same) and set(stride) == {1}
    padding = f"layers.ZeroPadding{len(kernel)}D({_side(pad)!r})({call.x})"
    return layer(
        call,
        f"Conv{len(kernel)}D",
        config["filters"],
        _side(kernel),
        x=padding if any(pad) and not is_same else None,
        strides=_unless(_side(stride), 1),
        padding="same" if is_same else None,
        dilation_rate=_unless(_side(dilation), 1),
        groups=_unless(config["groups"], 1),
        use_bias=_unless(config["use_bias"], True),
    )


def _deconv(call: Call, needs: set[str]) -> str | None:
    config = call.config
    kernel, stride, pad = (config[key] for key in ("kernel_size", "strides", "pad"))
    if config["groups"] != 1 or set(config["dilation_rate"]) != {1} or len(kernel) not in (1, 2, 3):
        return None
    whole = layer(
        call,
        f"Conv{len(kernel)}DTranspose",
        config["filters"],
        _side(kernel),
        strides=_unless(_side(stride), 1),
        use_bias=_unless(config["use_bias"], True),
    )
    return f"{whole}\nlayers.Cropping{len(kernel)}D({_side(pad)!r})(x)" if any(pad) else whole


def _overhang(call: Call) -> list[int]:
    """Return the rows and columns beyond the padded image that the last windows reach."""
    config, sizes = call.config, call.shapes[0][1:3]
    kernel = config["kernel"] or sizes
    sides = zip(kernel, config["stride"], config["pad"], sizes, call.tops[0][1:3], strict=True)
    return [(out - 1) * step + size - side - 2 * pad for size, step, pad, side, out in sides]


def _max_pool(call: Call, needs: set[str]) -> str:
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
        _side(config["kernel"]),
        x=x if np.any(pads) else None,
        strides=_unless(_side(config["stride"]), _side(config["kernel"])),
    )


def _average_pool(call: Call, needs: set[str]) -> str:
    config, beyond = call.config, [max(far, 0) for far in _overhang(call)]
    if config["kernel"] is None:
        return layer(call, "GlobalAveragePooling2D", keepdims=True)
    if not any((*config["pad"], *beyond)):
        strides = _unless(_side(config["stride"]), _side(config["kernel"]))
        return layer(call, "AveragePooling2D", _side(config["kernel"]), strides=strides)
    needs.add(parts.AVERAGE_POOL)
    sizes = (tuple(config["kernel"]), tuple(config["stride"]), tuple(config["pad"]), tuple(beyond))
    return f"average_pool({call.x}, {', '.join(map(repr, sizes))})"


def _dense(call: Call, needs: set[str]) -> str:
    use_bias = _unless(call.config["use_bias"], True)
    return layer(call, "Dense", call.config["units"], use_bias=use_bias)


def _batch_norm(call: Call, needs: set[str]) -> str | None:
    if call.config["use_global_stats"] is False:
        return None
    options = {"center": False, "scale": False, "epsilon": call.config["epsilon"]}
    return layer(call, "BatchNormalization", **options)


def _affine(call: Call, needs: set[str]) -> str:
    needs.add(parts.AFFINE)
    config = call.config
    shape = (*config["shape"], *(1,) * config["after"])
    options = [
        f"{new}=False" for new, old in (("scale", "scales"), ("shift", "shifts")) if not config[old]
    ]
    return (
        f"Affine({', '.join([repr(shape), *options, f'name={python(call.layer.name)}'])})({call.x})"
    )


def _lrn(call: Call, needs: set[str]) -> str:
    needs.add(parts.LRN_ACROSS_CHANNELS)
    return f"lrn({call.x}, {_options(call, 'size', 'alpha', 'beta', 'k')})"


def _lrn_within(call: Call, needs: set[str]) -> str:
    needs.add(parts.LRN_WITHIN_CHANNEL)
    return f"lrn_within_channel({call.x}, {_options(call, 'size', 'alpha', 'beta')})"


def _options(call: Call, *names: str) -> str:
    return ", ".join(f"{name}={python(call.config[name])}" for name in names)


def _relu(call: Call, needs: set[str]) -> str:
    return layer(call, "ReLU", negative_slope=_unless(float(call.config["negative_slope"]), 0.0))


def _prelu(call: Call, needs: set[str]) -> str:
    axes = range(1, len(call.shapes[0]) if call.config["shared"] else len(call.shapes[0]) - 1)
    return layer(call, "PReLU", shared_axes=list(axes) or None)


def _activation(call: Call, needs: set[str]) -> str:
    return layer(call, "Activation", call.config["activation"])


def _softmax(call: Call, needs: set[str]) -> str:
    axis = call.config["axis"]
    last = axis in (-1, len(call.shapes[0]) - 1)
    return layer(call, "Softmax", axis=None if last else axis)


def _concatenate(call: Call, needs: set[str]) -> str:
    axis = call.config["axis"]
    last = axis in (-1, len(call.shapes[0]) - 1)
    return layer(call, "Concatenate", axis=None if last else axis)


def _weighted_sum(call: Call, needs: set[str]) -> str:
    terms = zip(call.config["coefficients"], call.inputs, strict=True)
    return " + ".join(
        name if factor == 1 else f"{python(factor)} * {name}" for factor, name in terms
    )


def _split(call: Call, needs: set[str]) -> str:
    sizes, axis = call.config["sizes"], call.config["axis"]
    where = sizes if isinstance(sizes, int) else [int(each) for each in np.cumsum(sizes[:-1])]
    return f"ops.split({call.x}, {where!r}, axis={axis})"


def _power(call: Call, needs: set[str]) -> str:
    power, scale, shift = (call.config[name] for name in ("power", "scale", "shift"))
    scaled = call.x if scale == 1 else f"{python(scale)} * {call.x}"
    base = f"{scaled} + {python(shift)}" if shift else scaled
    return base if power == 1 else f"ops.power({base}, {python(power)})"


def _dropout(call: Call, needs: set[str]) -> str:
    return layer(call, "Dropout", call.config["rate"])


def _simple(text: str) -> Expression:
    def write(call: Call, needs: set[str]) -> str:
        return text.format(x=call.x, **{name: python(each) for name, each in call.config.items()})

    return write


def _merge(kind: str) -> Expression:
    return lambda call, needs: layer(call, kind)


_BY_CLASS: dict[str, Callable[[Call, set[str]], str | None]] = {
    "Absolute": _simple("ops.absolute({x})"),
    "Above": _simple('ops.cast({x} > {threshold}, "float32")'),
    "Activation": _activation,
    "Add": _merge("Add"),
    "Affine": _affine,
    "AveragePool2D": _average_pool,
    "BatchNormalization": _batch_norm,
    "BatchReshape": _batch_reshape,
    "Between": _simple("ops.clip({x}, {low}, {high})"),
    "ChannelPReLU": _prelu,
    "Concatenate": _concatenate,
    "Conv": _conv,
    "Deconv": _deconv,
    "Dense": _dense,
    "ELU": lambda call, needs: layer(call, "ELU", alpha=_unless(call.config["alpha"], 1.0)),
    "InputLayer": _input,
    "LRNAcrossChannels": _lrn,
    "LRNWithinChannel": _lrn_within,
    "MaxPool2D": _max_pool,
    "Maximum": _merge("Maximum"),
    "Multiply": _merge("Multiply"),
    "Permute": _permute,
    "PlacedDropout": _dropout,
    "ReLU": _relu,
    "Reshape": _reshape,
    "ScaledExp": _simple("{factor} * ops.exp({scale} * {x})"),
    "ScaledLog": _simple("{factor} * ops.log({scale} * {x} + {shift})"),
    "ScaledSwish": _simple("{x} * ops.sigmoid({beta} * {x})"),
    "ShiftedPower": _power,
    "Softmax": _softmax,
    "SplitAxis": _split,
    "WeightedSum": _weighted_sum,
}
