"""Reads and writes weights and solver states in HDF5, Caffe's `snapshot_format: HDF5`."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from owltf.caffe.binary.hdf5_layout import Hdf5Layout, Stored, read_layout, read_numbers
from owltf.caffe.binary.hdf5_target import create_hdf5
from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.binary.weights import LayerWeights
from owltf.caffe.layer_names import hdf5_name
from owltf.errors import OwltfError

_WEIGHTS, _DIFFS, _HISTORY = "data", "diff", "history"
_LONGEST_NUMBER = 9
# Blobs in the order of their numbers; None for one that is left out.
Numbered = Sequence[np.ndarray | None]


def read_weights_hdf5(path: Path) -> tuple[LayerWeights, ...]:
    """Read every layer's weights: the datasets `data/LAYER/INDEX`.

    HDF5 splits a layer's name at each `/` into one more group, so a layer's group may lie in that
    of another layer.

    Raises:
        OwltfError: if the file is damaged, or holds something else.
    """
    layout = read_layout(path)
    _check_group(layout, _WEIGHTS)
    layers = {name: _numbered(layout, f"{_WEIGHTS}/{name}") for name in _layer_names(layout)}
    numbers = iter(read_numbers(layout, [blob for blobs in layers.values() for blob in blobs]))
    return tuple(
        LayerWeights(name, "", tuple(next(numbers) for _ in blobs), _indices(blobs))
        for name, blobs in layers.items()
    )


def _indices(blobs: Sequence[Stored]) -> tuple[int, ...]:
    return tuple(int(blob.path.rpartition("/")[2]) for blob in blobs)


def _check_group(layout: Hdf5Layout, name: str) -> None:
    layout.refuse_links(name)
    if layout.kinds.get(name) != "group":
        raise layout.error(f"has no group '{name}'")


def _layer_names(layout: Hdf5Layout) -> Iterator[str]:
    """Yield the names of the groups that hold datasets, or nothing at all."""
    for path in [path for path in layout.kinds if path.startswith(f"{_WEIGHTS}/")]:
        layout.refuse_links(path)
        kinds = {layout.kinds[each] for each in layout.inside.get(path, ())}
        if layout.kinds[path] == "group" and (not kinds or "dataset" in kinds):
            yield path.removeprefix(f"{_WEIGHTS}/")


def write_weights_hdf5(
    path: Path,
    layers: Iterable[tuple[str, Numbered]],
    diffs: Iterable[tuple[str, Numbered]] | None = None,
) -> None:
    """Write the weights of every layer.

    Args:
        path: the file.
        layers: each layer's name, with its blobs.
        diffs: the same of the blobs' `diff`s; None to leave them out.

    Raises:
        OwltfError: if a layer's name takes the place of another layer's blob.
        OSError: if the file cannot be written.
    """
    with create_hdf5(path) as file:
        _write_layers(file.create_group(_WEIGHTS), layers)
        if diffs is not None:
            _write_layers(file.create_group(_DIFFS), diffs)


def _write_layers(group: Any, layers: Iterable[tuple[str, Numbered]]) -> None:
    for name, blobs in layers:
        place = hdf5_name(name)
        if not place and not blobs:
            continue
        try:
            _write_numbered(group.require_group(place), blobs)
        except (TypeError, ValueError) as error:
            raise OwltfError(
                f"layer '{name}' has no place in an HDF5 file beside the net's other layers "
                f"({error}); rename it, or write a binary caffemodel"
            ) from error


def read_solverstate_hdf5(path: Path) -> SolverState:
    """Read a solver's state.

    Raises:
        OwltfError: if the file is damaged, or holds something else.
    """
    layout = read_layout(path)
    names_net = "learned_net" in layout.kinds
    net = layout.dataset("learned_net", text=True).text if names_net else ""
    _check_group(layout, _HISTORY)
    return SolverState(
        iteration=_whole_number(layout, "iter"),
        learned_net=str(net),
        current_step=_whole_number(layout, "current_step"),
        history=tuple(read_numbers(layout, _numbered(layout, _HISTORY))),
    )


def _whole_number(layout: Hdf5Layout, name: str) -> int:
    stored = layout.dataset(name)
    if stored.count != 1 or stored.dtype.kind not in "iu":
        raise layout.error(f"{name} must be one whole number")
    return int(read_numbers(layout, [stored], np.int64)[0].flat[0])


def write_solverstate_hdf5(path: Path, state: SolverState) -> None:
    """Write a solver's state.

    Raises:
        OSError: if the file cannot be written.
    """
    with create_hdf5(path) as file:
        file["iter"] = np.array([state.iteration], "<i4")
        file["current_step"] = np.array([state.current_step], "<i4")
        if text := state.learned_net.encode():
            # Caffe reads up to the terminating zero, which h5py's own strings lack.
            file["learned_net"] = np.array(text, f"S{len(text) + 1}")
        _write_numbered(file.create_group(_HISTORY), state.history)


def _numbered(layout: Hdf5Layout, group: str) -> list[Stored]:
    """Return the datasets of a group, which are named 0, 1, and so on, in their order."""
    inside = {
        path.rpartition("/")[2]: path
        for path in layout.inside.get(group, ())
        if group == _HISTORY or layout.kinds[path] != "group"
    }
    for name, path in inside.items():
        if not (name.isascii() and name.isdigit() and len(name) < _LONGEST_NUMBER):
            raise layout.error(f"{path}: the name must be the number of a blob")
    return [layout.dataset(inside[name]) for name in sorted(inside, key=int)]


def _write_numbered(group: Any, blobs: Numbered) -> None:
    for index, blob in enumerate(blobs):
        if blob is not None:
            group.create_dataset(str(index), data=np.asarray(blob, "<f4"))
