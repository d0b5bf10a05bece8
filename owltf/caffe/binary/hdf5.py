"""Reads and writes weights and solver states in HDF5, Caffe's `snapshot_format: HDF5`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.binary.weights import LayerWeights
from owltf.errors import OwltfError

_WEIGHTS, _HISTORY = "data", "history"
# No filter of HDF5 is known to make data more than this many times smaller.
_BEST_COMPRESSION = 1032
_BROKEN = (OSError, KeyError, IndexError, RuntimeError, TypeError, ValueError)


def is_hdf5(path: Path) -> bool:
    """Return whether a file that exists is an HDF5 file."""
    return bool(h5py.is_hdf5(path))


def read_weights_hdf5(path: Path) -> tuple[LayerWeights, ...]:
    """Read every layer's weights: the datasets `data/LAYER/INDEX`.

    HDF5 splits a layer's name at each `/` into one more group.
    """
    with open_hdf5(path) as file:
        groups = [("", file[_WEIGHTS])]
        layers, seen = [], set[object]()
        while groups:
            name, group = groups.pop()
            _refuse_seen(group, seen)
            inner = [(f"{name}/{key}".lstrip("/"), group[key]) for key in group]
            groups += reversed([one for one in inner if isinstance(one[1], h5py.Group)])
            if name and len(group) == sum(isinstance(one, h5py.Dataset) for _, one in inner):
                layers.append(LayerWeights(name, "", _numbered(group)))
        return tuple(layers)


def write_weights_hdf5(path: Path, layers: Iterable[tuple[str, Sequence[np.ndarray]]]) -> None:
    """Write the weights of every layer."""
    with h5py.File(path, "w") as file:
        data = file.create_group(_WEIGHTS)
        for name, blobs in layers:
            _write_numbered(data.require_group(name), blobs)


def read_solverstate_hdf5(path: Path) -> SolverState:
    """Read a solver's state."""
    with open_hdf5(path) as file:
        net = _whole(file["learned_net"])[()]
        return SolverState(
            iteration=int(np.ravel(_whole(file["iter"]))[0]),
            learned_net=(net.decode() if isinstance(net, bytes) else str(net)).rstrip("\0"),
            current_step=int(np.ravel(_whole(file["current_step"]))[0]),
            history=_numbered(file[_HISTORY]),
        )


def write_solverstate_hdf5(path: Path, state: SolverState) -> None:
    """Write a solver's state."""
    with h5py.File(path, "w") as file:
        file["iter"] = np.array([state.iteration], "<i4")
        file["current_step"] = np.array([state.current_step], "<i4")
        # Caffe reads up to the terminating zero, which h5py's own strings lack.
        text = state.learned_net.encode()
        file["learned_net"] = np.array(text, f"S{len(text) + 1}")
        _write_numbered(file.create_group(_HISTORY), state.history)


@contextmanager
def open_hdf5(path: Path) -> Iterator[Any]:
    """Open an HDF5 file for a `with` block, and raise one error for all that can be wrong with it.

    Raises:
        OwltfError: if it is missing, cut short or corrupt, or lacks something that is read of it.
    """
    try:
        with h5py.File(path, "r") as file:
            yield file
    except _BROKEN as error:
        reason = " ".join(str(error).strip("'\"").split())
        raise OwltfError(f"{path}: truncated or corrupt: {reason}") from error


def _refuse_seen(group: Any, seen: set[object]) -> None:
    """Refuse a group that was visited before: a group linked into itself would never end."""
    address = h5py.h5o.get_info(group.id).addr
    if address in seen:
        raise ValueError(f"{group.name.strip('/')} is a group that is in the file elsewhere")
    seen.add(address)


def _whole(dataset: Any) -> Any:
    """Return the dataset, or refuse one that claims more numbers than the file can hold.

    A damaged file may give any shape; NumPy would try to allocate it.
    """
    if not isinstance(dataset, h5py.Dataset):
        raise ValueError(f"{dataset.name.strip('/')} holds no numbers")
    if dataset.nbytes > dataset.id.get_storage_size() * _BEST_COMPRESSION:
        name, shape = dataset.name.strip("/"), dataset.shape
        raise ValueError(f"{name} has shape {shape}, the file lacks its numbers")
    return dataset


def _numbered(group: Mapping[str, Any]) -> tuple[np.ndarray, ...]:
    return tuple(np.asarray(_whole(group[key]), np.float32) for key in sorted(group, key=int))


def _write_numbered(group: Any, blobs: Sequence[np.ndarray]) -> None:
    for index, blob in enumerate(blobs):
        group.create_dataset(str(index), data=np.asarray(blob, "<f4"))
