"""Loads weights into a net and saves them, matching layers by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from owltf.caffe.binary.weights import LayerWeights
from owltf.caffe.binary.write_weights import write_caffemodel
from owltf.caffe.layer_names import hdf5_name
from owltf.convert.params import Param
from owltf.errors import OwltfError
from owltf.files.checksum import FileSum
from owltf.net.net import Net
from owltf.net.saved_parameter import saved_parameter

# A list of more names is for nobody to read.
_MOST_NAMES = 5


def few_names(names: Sequence[str]) -> str:
    """Return names joined by commas: the first five, and how many more there are."""
    more = len(names) - _MOST_NAMES
    first = ", ".join(names[:_MOST_NAMES])
    return f"{first} and {more} more" if more > 0 else first


@dataclass
class Loaded:
    """Which layers a weights file was loaded into, and which it was not.

    Attributes:
        loaded: layers that got their weights from the file.
        absent: layers of the net that the file lacks; they keep their filler's values.
        unused: layers of the file that the net lacks.
        reinitialised: layers whose shapes differ and which keep their filler's values.
    """

    loaded: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    reinitialised: list[str] = field(default_factory=list)

    @property
    def known(self) -> list[str]:
        """The layers that the file and the net have both."""
        return [*self.loaded, *self.reinitialised]

    def summary(self) -> str:
        """Say in one line how many layers were loaded, and name the others."""
        parts = [f"{len(self.loaded)} layers loaded"]
        others = {
            "not in the file": self.absent,
            "not in the net": self.unused,
            "initialised anew, as their shape differs": self.reinitialised,
        }
        parts += [f"{why}: {few_names(names)}" for why, names in others.items() if names]
        return "; ".join(parts)


def load_weights(
    net: Net, weights: Iterable[LayerWeights], file: Path, *, reinit_mismatched: bool = False
) -> Loaded:
    """Assign the weights of a file to the layers of the same names.

    Args:
        net: the net.
        weights: the file's layers, each with `name` and `blobs` in Caffe's shapes.
        file: the file, for errors.
        reinit_mismatched: leave a layer of another shape as its filler made it.

    Raises:
        OwltfError: if a layer's blobs have another number or shape; nothing is assigned then.
    """
    result = Loaded()
    plan: list[tuple[Param, np.ndarray]] = []
    for layer in _named(net, weights):
        params = net.layer_params.get(layer.name, ())
        if not layer.blobs:
            continue
        if not params:
            result.unused.append(layer.name)
            continue
        params = _filled(net, layer)
        reason = _mismatch(params, layer)
        if reason and not reinit_mismatched:
            raise OwltfError(
                f"{file}: layer '{layer.name}': {reason}; rename the layer to train it anew, "
                f"or give --reinit-mismatched"
            )
        (result.reinitialised if reason else result.loaded).append(layer.name)
        plan += [] if reason else zip(params, layer.blobs, strict=True)
    for param, blob in plan:
        param.set(np.reshape(blob, param.shape))
    known = set(result.known)
    result.absent = [name for name in net.layer_params if name not in known]
    return result


def _named(net: Net, weights: Iterable[LayerWeights]) -> Iterator[LayerWeights]:
    """Yield the layers of a file by the net's names: HDF5 has `a/b` for a layer `a//b`."""
    names = {hdf5_name(name): name for name in net.layer_params}
    for layer in weights:
        is_other = layer.indices is not None and layer.name not in net.layer_params
        yield replace(layer, name=names.get(layer.name, layer.name)) if is_other else layer


def _filled(net: Net, layer: LayerWeights) -> Sequence[Param]:
    """Return the parameters that a layer of a file must have blobs for.

    An HDF5 file may leave out those that an earlier layer has, too.
    """
    params, there = net.layer_params[layer.name], layer.indices
    if there is None:
        return params
    shared = net.shared_params
    return [
        each for each in params if each.index in there or (each.layer, each.index) not in shared
    ]


def _mismatch(params: Sequence[Param], layer: LayerWeights) -> str | None:
    if len(params) != len(layer.blobs):
        return f"the file has {len(layer.blobs)} parameter blobs, the net {len(params)}"
    wanted = tuple(param.index for param in params)
    if layer.indices not in (None, wanted):
        return f"the file has the parameter blobs {layer.indices}, the net {wanted}"
    for param, blob in zip(params, layer.blobs, strict=True):
        if not _same_shape(param.shape, blob.shape):
            shapes = f"has shape {blob.shape}, the net's {param.shape}"
            return f"the file's parameter {param.index} {shapes}"
    return None


def _same_shape(wanted: tuple[int, ...], got: tuple[int, ...]) -> bool:
    # Old files give every blob as (num, channels, height, width), filled with 1 in front.
    return wanted == got or (len(got) == 4 and got == (1,) * (4 - len(wanted)) + wanted)


def save_weights(
    net: Net,
    path: Path,
    *,
    hdf5: bool = False,
    diffs: Mapping[str, Sequence[np.ndarray]] | None = None,
) -> FileSum:
    """Write the net and its weights to a `.caffemodel` that Caffe reads, at once or not at all.

    Args:
        net: the net.
        path: the file to write.
        hdf5: write HDF5 whatever the file's name is; without it, only where that ends in `.h5`.
        diffs: each layer's `diff`s, in Caffe's shapes, to be written too.

    Returns:
        The file's size and checksum.
    """
    return write_caffemodel(
        path,
        saved_parameter(net),
        net.get_params(),
        hdf5=hdf5,
        shared=net.shared_params,
        diffs=diffs,
    )
