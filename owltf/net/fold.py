"""Folding: layers that scale or shift each channel go into the weights of the layer before them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from owltf.net.net import Net

Params = dict[str, list[np.ndarray]]

_MESSAGES = {
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "InnerProduct": "inner_product_param",
}
_FOLDED = ("BatchNorm", "Scale", "Bias")


@dataclass(frozen=True)
class Folded:
    """A net with fewer layers that computes the same.

    Attributes:
        parameter: its `NetParameter`.
        params: the parameter blobs of its layers.
        layers: the names of the layers that are gone.
    """

    parameter: Any
    params: Params
    layers: tuple[str, ...]


def fold(net: Net) -> Folded:
    """Fold BatchNorm, Scale and Bias layers into the convolution or inner product before them.

    That is done where nothing else looks at what stands between. The net must be built for TEST,
    where BatchNorm uses the statistics it gathered.

    Args:
        net: the net, with its weights.
    """
    folding = _Folding(net)
    for index, layer in enumerate(net.graph.layers):
        folding.look(index, layer)
    return folding.result(net)


class _Folding:
    """Looks at layers in order; `kept` holds those that stay, by their place."""

    def __init__(self, net: Net) -> None:
        self.params = net.get_params()
        self.kept: dict[int, Any] = {}
        self.layer_names: dict[int, str] = {}
        self.gone: list[str] = []
        self._readers = _readers([layer.parameter for layer in net.graph.layers])
        self._writers: dict[str, tuple[int, int]] = {}

    def look(self, index: int, layer: Any) -> None:
        """Fold a layer, or keep it."""
        into = self._target(layer)
        if into is None:
            self.kept[index], self.layer_names[index] = _copied(layer.parameter), layer.name
            self._writers.update((top, (index, index)) for top in layer.parameter.top)
            return
        target, name = self.kept[into], self.layer_names[into]
        factor, term = _affine(layer.parameter, self.params.pop(layer.name))
        self.params[name] = _multiplied(target, self.params[name], factor, term)
        getattr(target, _MESSAGES[target.type]).bias_term = True
        target.top[:] = layer.parameter.top
        self._writers[layer.parameter.top[0]] = (into, index)
        self.gone.append(layer.name)

    def _target(self, layer: Any) -> int | None:
        """Return the place of the layer that another can be folded into."""
        parameter = layer.parameter
        if parameter.type not in _FOLDED or len(parameter.bottom) != 1 or _is_shared(parameter):
            return None
        bottom = parameter.bottom[0]
        place, written = self._writers.get(bottom, (-1, -1))
        target = self.kept.get(place)
        if target is None or target.type not in _MESSAGES or len(target.top) != 1:
            return None
        if _is_shared(target) or self._readers[written, bottom] != 1:
            return None
        fits = _is_by_channel(parameter, self.params[layer.name], _channels(target))
        return place if fits and _axis(target) == 1 else None

    def result(self, net: Net) -> Folded:
        """Return the net that is left."""
        parameter = _copied(net.graph.source.parameter)
        parameter.ClearField("layer")
        parameter.layer.extend(self.kept.values())
        return Folded(parameter, self.params, tuple(self.gone))


def _copied(message: Any) -> Any:
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


def _readers(layers: Iterable[Any]) -> Counter[tuple[int, str]]:
    """Count who takes each blob as each layer left it."""
    writers: dict[str, int] = {}
    count: Counter[tuple[int, str]] = Counter()
    for index, layer in enumerate(layers):
        count.update((writers[name], name) for name in layer.bottom)
        writers.update(dict.fromkeys(layer.top, index))
    return count


def _is_shared(parameter: Any) -> bool:
    return any(spec.name for spec in parameter.param)


def _message(parameter: Any) -> Any:
    return getattr(parameter, _MESSAGES[parameter.type])


def _axis(parameter: Any) -> int:
    return int(_message(parameter).axis)


def _channels(parameter: Any) -> int:
    return int(_message(parameter).num_output)


def _is_by_channel(parameter: Any, blobs: list[np.ndarray], channels: int) -> bool:
    """Return whether a layer has one number for each channel of its bottom."""
    if parameter.type == "BatchNorm":
        return blobs[0].shape == (channels,)
    own = parameter.scale_param if parameter.type == "Scale" else parameter.bias_param
    return own.axis == 1 and blobs[0].shape == (channels,)


def _affine(parameter: Any, blobs: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the factor and the term that a layer has for each channel, float64."""
    wide = [blob.astype(np.float64) for blob in blobs]
    if parameter.type == "Bias":
        return np.ones_like(wide[0]), wide[0]
    if parameter.type == "Scale":
        return wide[0], wide[1] if len(wide) > 1 else np.zeros_like(wide[0])
    mean, variance, sum_of_ones = wide
    factor = 1 / sum_of_ones if sum_of_ones else np.zeros_like(sum_of_ones)
    root = 1 / np.sqrt(variance * factor + parameter.batch_norm_param.eps)
    return root, -mean * factor * root


def _multiplied(
    target: Any, blobs: list[np.ndarray], factor: np.ndarray, term: np.ndarray
) -> list[np.ndarray]:
    """Return a layer's weights and bias with a factor and a term for each channel of its top."""
    weights, *bias = blobs
    before = bias[0].astype(np.float64) if bias else np.zeros_like(factor)
    scaled = _scaled(target, weights, factor)
    return [scaled.astype(np.float32), (before * factor + term).astype(np.float32)]


def _scaled(target: Any, weights: np.ndarray, factor: np.ndarray) -> np.ndarray:
    if target.type == "InnerProduct" and target.inner_product_param.transpose:
        return np.asarray(weights * factor)
    if target.type != "Deconvolution":
        return np.asarray(weights * factor.reshape(-1, *(1,) * (weights.ndim - 1)))
    # A deconvolution's weights lie (C, channels / group, ...), the groups along C.
    group = target.convolution_param.group
    split = weights.reshape(group, -1, *weights.shape[1:])
    spread = factor.reshape(group, 1, -1, *(1,) * (weights.ndim - 2))
    return np.asarray(split * spread).reshape(weights.shape)
