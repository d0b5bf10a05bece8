"""Statements: each call of a layer as a line of a program that needs Keras alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from owltf_exporter.keras_program import parts, vision
from owltf_exporter.keras_program.calls import Call
from owltf_exporter.keras_program.writing import (
    Expression,
    layer,
    options,
    own_layer,
    python,
    simple,
    unless,
)


def statement(call: Call, needs: set[str]) -> str | None:
    """Return the expression that a call is written as; None where plain Keras lacks it.

    Args:
        call: the call.
        needs: gathers the source texts of the parts it uses.
    """
    write = _BY_CLASS.get(call.kind)
    return write(call, needs) if write else None


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


def _dense(call: Call, needs: set[str]) -> str:
    use_bias = unless(call.config["use_bias"], True)
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
    has = {"scale": config["scales"], "shift": config["shifts"]}
    return own_layer(call, "Affine", shape, **{k: unless(v, True) for k, v in has.items()})


def _lrn(call: Call, needs: set[str]) -> str:
    needs.add(parts.LRN_ACROSS_CHANNELS)
    return f"lrn({call.x}, {options(call, 'size', 'alpha', 'beta', 'k')})"


def _lrn_within(call: Call, needs: set[str]) -> str:
    needs.add(parts.LRN_WITHIN_CHANNEL)
    return f"lrn_within_channel({call.x}, {options(call, 'size', 'alpha', 'beta')})"


def _relu(call: Call, needs: set[str]) -> str:
    return layer(call, "ReLU", negative_slope=unless(float(call.config["negative_slope"]), 0.0))


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


def _mean_variance_norm(call: Call, needs: set[str]) -> str:
    needs.add(parts.MEAN_VARIANCE_NORM)
    axes, epsilon = tuple(call.config["axes"]), python(call.config["epsilon"])
    divisor = f", epsilon={epsilon}" if call.config["divides"] else ""
    return f"mean_variance_norm({call.x}, {axes!r}{divisor})"


def _top_places(call: Call, needs: set[str]) -> str | None:
    config = call.config
    axis, what, where = config["axis"], config["what"], f"{config['axis']}, {config['top_k']}"
    if axis == 0:
        return None
    needs.update({parts.TOP_PLACES} if what != "values" else ())
    needs.update({parts.TOP_VALUES} if what != "places" else ())
    places, values = f"top_places({call.x}, {where})", f"top_values({call.x}, {where})"
    both = f"ops.stack([{places}, {values}], {axis})"
    return {"places": places, "values": values, "both": both}[what]


_REDUCED = {
    "ASUM": "ops.sum(ops.absolute({x}), {axes})",
    "MEAN": "ops.mean({x}, {axes})",
    "SUM": "ops.sum({x}, {axes})",
    "SUMSQ": "ops.sum(ops.square({x}), {axes})",
}


def _reduce(call: Call, needs: set[str]) -> str:
    config, axes = call.config, tuple(call.config["axes"])
    total = _REDUCED[config["operation"]].format(x=call.x, axes=repr(axes))
    factor = config["coefficient"]
    return total if factor == 1 else f"{python(float(factor))} * {total}"


def _copies(call: Call, needs: set[str]) -> str:
    axis, count = call.config["axis"], call.config["count"]
    counts = [count if each == axis else 1 for each in range(len(call.shapes[0]))]
    return f"ops.tile({call.x}, {counts!r})"


def _crop(call: Call, needs: set[str]) -> str | None:
    offsets = call.config["offsets"]
    if offsets[0] is not None:
        return None
    sides = zip(offsets, call.tops[0], strict=True)
    cuts = [":" if start is None else f"{start}:{start + size}" for start, size in sides]
    return f"{call.x}[{', '.join(cuts)}]"


def _embed(call: Call, needs: set[str]) -> str:
    needs.add(parts.EMBED)
    config = call.config
    use_bias = unless(config["use_bias"], True)
    return own_layer(call, "Embed", config["input_dim"], config["units"], use_bias=use_bias)


def _parameter(call: Call, needs: set[str]) -> str:
    needs.add(parts.PARAMETER)
    return own_layer(call, "Parameter", tuple(call.config["shape"]))


def _recurrent(cell: str) -> Expression:
    def write(call: Call, needs: set[str]) -> str:
        needs.add(parts.RECURRENT)
        config = call.config
        has = {"static": config["has_static"], "states": config["expose_hidden"]}
        wanted = {name: value or None for name, value in has.items()}
        return own_layer(call, "Recurrent", cell, config["units"], **wanted)

    return write


def _lstm_unit(call: Call, needs: set[str]) -> str:
    needs.add(parts.LSTM_UNIT)
    return f"lstm_unit({', '.join(call.inputs)})"


def _pick_rows(call: Call, needs: set[str]) -> str:
    values, numbers = call.inputs
    return f'ops.take({values}, ops.cast({numbers}, "int32"), axis=0)'


def _select_rows(call: Call, needs: set[str]) -> str:
    *values, selector = call.inputs
    chosen = f"ops.nonzero(ops.reshape({selector}, (-1,)))[0]"
    rows = ", ".join(f"ops.take({each}, x, axis=0)" for each in values)
    return f"{chosen}\n{rows}"


def _merge(kind: str) -> Expression:
    return lambda call, needs: layer(call, kind)


_BY_CLASS: dict[str, Callable[[Call, set[str]], str | None]] = {
    "Absolute": simple("ops.absolute({x})"),
    "Above": simple('ops.cast({x} > {threshold}, "float32")'),
    "Activation": _activation,
    "Add": _merge("Add"),
    "AddTerm": lambda call, needs: " + ".join(call.inputs),
    "Affine": _affine,
    "AveragePool2D": vision.average_pool,
    "AxesOfOne": _reshape,
    "BatchNormalization": _batch_norm,
    "BatchReshape": _batch_reshape,
    "Between": simple("ops.clip({x}, {low}, {high})"),
    "ChannelPReLU": _prelu,
    "Columns": vision.im2col,
    "Concatenate": _concatenate,
    "Conv": vision.conv,
    "Copies": _copies,
    "CropLike": _crop,
    "Deconv": vision.deconv,
    "Dense": _dense,
    "ELU": lambda call, needs: layer(call, "ELU", alpha=unless(call.config["alpha"], 1.0)),
    "Embedding": _embed,
    "InputLayer": _input,
    "LRNAcrossChannels": _lrn,
    "LRNWithinChannel": _lrn_within,
    "LSTMOverTime": _recurrent("lstm"),
    "LSTMStep": _lstm_unit,
    "Learnable": _parameter,
    "MaxPool2D": vision.max_pool,
    "Maximum": _merge("Maximum"),
    "MeanVarianceNorm": _mean_variance_norm,
    "Multiply": _merge("Multiply"),
    "Permute": _permute,
    "PickRows": _pick_rows,
    "PlacedDropout": _dropout,
    "RNNOverTime": _recurrent("rnn"),
    "ReLU": _relu,
    "Reduce": _reduce,
    "Reshape": _reshape,
    "ScaledExp": simple("{factor} * ops.exp({scale} * {x})"),
    "ScaledLog": simple("{factor} * ops.log({scale} * {x} + {shift})"),
    "ScaledSwish": simple("{x} * ops.sigmoid({beta} * {x})"),
    "SelectRows": _select_rows,
    "ShiftedPower": _power,
    "Softmax": _softmax,
    "SplitAxis": _split,
    "StochasticPool2D": vision.stochastic_pool,
    "TopPlaces": _top_places,
    "WeightedSum": _weighted_sum,
}
