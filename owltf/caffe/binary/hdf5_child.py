"""Reads HDF5 files in a process of its own, as libhdf5 can crash on a damaged one.

Run as a program, without owltf and TensorFlow: `hdf5_child.py FOLDERS layout|numbers|rows`, with a
JSON of what is wanted on the standard input; for `rows`, one in each line.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

_MOST_ENTRIES = 200_000
_MOST_TEXT = 1 << 16
_MOST_MEMORY = 4 << 30


def write_layouts(paths: list[str]) -> None:
    """Write, for each file, a line of JSON: its entries, or an error."""
    import h5py

    for path in paths:
        try:
            with h5py.File(path, "r") as file:
                found: Any = {"entries": list(_entries(file))}
        except Exception as error:
            found = {"error": str(error) or type(error).__name__}
        print(json.dumps(found), flush=True)


def write_numbers(path: str, names: list[str], dtype: str) -> None:
    """Write the numbers of datasets in one type, one after the other."""
    import h5py
    import numpy as np

    with h5py.File(path, "r") as file:
        for name in names:
            sys.stdout.buffer.write(
                np.asarray(file[os.fsencode(name)][()], dtype, order="C").tobytes()
            )


def serve_rows() -> None:
    """Write, for each line `[path, name, start, stop]`, those rows of a dataset as float32.

    Their size in 8 bytes comes first; for an error it is that of its text, below 0.
    """
    path: str = ""
    file: Any = None
    for line in sys.stdin:
        wanted, name, start, stop = json.loads(line)
        try:
            import h5py

            if path != wanted:
                path, file = wanted, h5py.File(wanted, "r")
            content, sign = _rows(file[os.fsencode(name)], start, stop), 1
        except Exception as error:
            content, sign = (str(error) or type(error).__name__).encode(), -1
        sys.stdout.buffer.write((sign * len(content)).to_bytes(8, "little", signed=True) + content)
        sys.stdout.buffer.flush()


def _rows(dataset: Any, start: int, stop: int) -> bytes:
    import numpy as np

    values = np.empty((stop - start, *dataset.shape[1:]), np.float32)
    if values.size:
        dataset.read_direct(values, np.s_[start:stop])
    return values.tobytes()


def _entries(file: Any) -> Iterator[dict[str, Any]]:
    """Yield what each link of a file leads to, groups before what is in them."""
    seen: set[int] = {_address(file)}
    waiting = [(os.fsdecode(name), file) for name in reversed(list(file))]
    count = 0
    while waiting:
        path, parent = waiting.pop()
        count += 1
        if count > _MOST_ENTRIES:
            raise ValueError(f"more than {_MOST_ENTRIES:,} groups and datasets")
        entry = _entry(parent, path, seen)
        yield entry
        if entry["kind"] == "group":
            group = parent[os.fsencode(path.rpartition("/")[2])]
            waiting += [(f"{path}/{os.fsdecode(name)}", group) for name in reversed(list(group))]


def _entry(parent: Any, path: str, seen: set[int]) -> dict[str, Any]:
    import h5py

    name = os.fsencode(path.rpartition("/")[2])
    link = parent.get(name, getlink=True)
    if isinstance(link, h5py.ExternalLink):
        return {"path": path, "kind": "link to another file"}
    if not isinstance(link, h5py.HardLink):
        return {"path": path, "kind": "soft link"}
    found = parent[name]
    if isinstance(found, h5py.Dataset):
        return {"path": path, "kind": "dataset", **_dataset(found)}
    if not isinstance(found, h5py.Group):
        return {"path": path, "kind": "named type"}
    if _address(found) in seen:
        return {"path": path, "kind": "group that is in the file elsewhere"}
    seen.add(_address(found))
    return {"path": path, "kind": "group"}


def _address(group: Any) -> int:
    import h5py

    return int(h5py.h5o.get_info(group.id).addr)


def _dataset(dataset: Any) -> dict[str, Any]:
    import h5py

    properties = dataset.id.get_create_plist()
    kinds = {h5py.h5d.COMPACT: "compact", h5py.h5d.CONTIGUOUS: "contiguous"}
    layout = kinds.get(properties.get_layout(), "chunked" if dataset.chunks else "virtual")
    known = h5py.h5t.py_create(dataset.dtype, logical=dataset.dtype.kind == "O")
    return {
        "shape": dataset.shape,
        "dtype": dataset.dtype.str,
        "text": _text(dataset),
        "layout": "external" if properties.get_external_count() else layout,
        "plain": dataset.id.get_type() == known,
        "offset": dataset.id.get_offset(),
        "stored": dataset.id.get_storage_size(),
        "filters": [properties.get_filter(i)[0] for i in range(properties.get_nfilters())],
        **(_chunks(dataset) if layout == "chunked" else {}),
    }


def _chunks(dataset: Any) -> dict[str, Any]:
    places: list[tuple[int, int]] = []

    def add(chunk: Any) -> None:
        places.append((chunk.byte_offset, chunk.size))

    if hasattr(dataset.id, "chunk_iter"):
        dataset.id.chunk_iter(add)
    else:
        for index in range(dataset.id.get_num_chunks()):
            add(dataset.id.get_chunk_info(index))
    end = max((offset + size for offset, size in places), default=0)
    return {"chunk": dataset.chunks, "chunks": len(places), "end": end}


def _text(dataset: Any) -> str | None:
    """Return the text of a dataset that is a single string."""
    import h5py

    if h5py.check_string_dtype(dataset.dtype) is None or dataset.size != 1:
        return None
    if dataset.dtype.itemsize > _MOST_TEXT:
        raise ValueError(f"{dataset.name.strip('/')} is a string of {dataset.dtype.itemsize} bytes")
    value = dataset[()] if dataset.shape == () else dataset[:].flat[0]
    text = value.decode() if isinstance(value, bytes) else str(value)
    return text[:_MOST_TEXT].rstrip("\0")


def _limit() -> None:
    """Leave neither memory to a claim of absurd sizes nor a core file to a crash."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard == resource.RLIM_INFINITY or hard > _MOST_MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, hard))


def main() -> None:
    """Do what the arguments say."""
    sys.path[:0] = json.loads(sys.argv[1])
    _limit()
    if sys.argv[2] == "rows":
        serve_rows()
    elif sys.argv[2] == "layout":
        write_layouts(json.load(sys.stdin))
    else:
        write_numbers(*json.load(sys.stdin))


if __name__ == "__main__":
    main()
