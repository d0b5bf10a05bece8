"""Damages files of every kind, and lets owltf's readers have them in a process of its own.

Each input must be read or refused in one line: no other exception, no crash, no more than a bound
of seconds and of memory. A small budget runs with the tests; a longer one by hand:

    python tests/fuzz/readers.py --inputs 30000 --seed 1
"""

from __future__ import annotations

import argparse
import json
import random
import select
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

SECONDS = 60
MEMORY = 2 << 30
NUMBERS = (0, 1, 0xFF, 0x7F, 0x80, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, (1 << 63) - 1, (1 << 64) - 1)
# How often each kind is drawn. HDF5 takes a process for each input.
WEIGHTS = {
    "weights.caffemodel": 6,
    "state.solverstate": 4,
    "weights.h5": 3,
    "state.h5": 1,
    "rows.h5": 2,
    "data.mdb": 20,
    "states.npz": 8,
    "mean.npy": 6,
    "mean.binaryproto": 4,
    "run.json": 6,
    "images.list": 6,
    "net.prototxt": 8,
    "solver.prototxt": 4,
    "plugin.pb": 8,
    "a.png": 4,
    "a.jpg": 4,
    "a.gif": 3,
    "a.bmp": 3,
}


def readers() -> dict[str, Callable[[Path], Any]]:
    """Return what reads each kind of file."""
    from owltf.caffe.binary.numpy_file import read_npy, read_npz
    from owltf.caffe.binary.read_weights import read_weights
    from owltf.caffe.binary.solverstate_file import read_solverstate
    from owltf.caffe.net.read import read_mean, read_net, read_solver
    from owltf.caffe.schema.schema import load_schema
    from owltf.caffe.upgrade_file import upgrade_caffemodel
    from owltf.data.source.image_files import find_images, read_image
    from owltf.snapshot.run_state import RunState

    schema = load_schema()

    def weights(path: Path) -> None:
        read_weights(path, schema)
        upgrade_caffemodel(path, path.with_name("out.caffemodel"), schema)

    def image(path: Path) -> None:
        read_image(path, 3)

    return {
        "weights.caffemodel": weights,
        "weights.h5": lambda path: read_weights(path, schema),
        "state.solverstate": lambda path: read_solverstate(path, schema),
        "state.h5": lambda path: read_solverstate(path, schema),
        "rows.h5": _read_rows,
        "data.mdb": _read_lmdb,
        "states.npz": read_npz,
        "mean.npy": read_npy,
        "mean.binaryproto": lambda path: read_mean(path, schema),
        "run.json": RunState.read,
        "images.list": lambda path: find_images([path]),
        "net.prototxt": lambda path: read_net(path, schema),
        "solver.prototxt": lambda path: read_solver(path, schema),
        "plugin.pb": lambda path: load_schema([path]),
        **dict.fromkeys(("a.png", "a.jpg", "a.gif", "a.bmp"), image),
    }


def _read_rows(path: Path) -> None:
    import numpy as np

    from owltf.data.source.hdf5 import Hdf5Reader, Hdf5Rows

    rows = Hdf5Rows([path], ["data", "label"])
    sizes = [int(np.prod(shape)) for shape in rows.shapes]
    if max(sizes) < 1 << 20:
        Hdf5Reader(rows).read(0, [np.empty((7, *shape), np.float32) for shape in rows.shapes])


def _read_lmdb(path: Path) -> None:
    from owltf.data.source.datum import BadRecordError, read_blocks
    from owltf.data.source.lmdb import LmdbRecords

    records = LmdbRecords(path)
    reader = records.reader()
    for first in range(0, min(records.count, 200), 20):
        try:
            list(read_blocks(reader.read(first, 20)))
        except BadRecordError:
            records.key(first)


def make_seeds(folder: Path) -> None:
    """Write an honest file of each kind."""
    import h5py
    import lmdb
    import numpy as np
    import tensorflow as tf

    from owltf.caffe.binary.hdf5 import write_solverstate_hdf5, write_weights_hdf5
    from owltf.caffe.binary.solver_state import SolverState
    from owltf.caffe.binary.solverstate_file import write_solverstate
    from owltf.caffe.binary.write_weights import write_caffemodel
    from owltf.caffe.net.read import net_from_text
    from owltf.caffe.schema.schema import BASE_FOLDER, load_schema
    from owltf.snapshot.run_state import RunState

    schema = load_schema()
    layers = 'layer { name: "%s" type: "InnerProduct" bottom: "x" top: "%s" }'
    text = 'name: "n" ' + " ".join(layers % (name, name) for name in ("a", "a/b", "c"))
    arrays = [np.arange(6, dtype="f4").reshape(2, 3), np.ones(2, "f4")]
    blobs = {"a": arrays, "a/b": arrays[:1]}
    write_caffemodel(folder / "weights.caffemodel", net_from_text(text, schema).parameter, blobs)
    write_weights_hdf5(folder / "weights.h5", blobs.items())
    state = SolverState(7, "a.caffemodel", 2, tuple(arrays))
    write_solverstate(folder / "state.solverstate", schema, state)
    write_solverstate_hdf5(folder / "state.h5", state)
    with h5py.File(folder / "rows.h5", "w") as file:
        file.create_dataset("data", data=np.ones((9, 3, 2)), chunks=(4, 3, 2), compression="gzip")
        file["label"] = np.arange(9.0)
    with (
        lmdb.open(str(folder / "db"), map_size=1 << 20) as environment,
        environment.begin(write=True) as transaction,
    ):
        for number in range(30):
            size = 5000 if number % 9 == 0 else 40
            datum = schema.message("Datum")(
                channels=1, height=1, width=size, data=bytes(size), label=number
            )
            transaction.put(b"%05d" % number, datum.SerializeToString())
    shutil.copy(folder / "db" / "data.mdb", folder / "data.mdb")
    np.savez(folder / "states.npz", a=arrays[0], b=arrays[1])
    np.save(folder / "mean.npy", np.ones((3, 2, 2), "f4"))
    mean = schema.message("BlobProto")(num=1, channels=3, height=2, width=2, data=range(12))
    (folder / "mean.binaryproto").write_bytes(mean.SerializeToString())
    run = RunState(7, 1, {"data": 5}, [{"data": 6}], [1.5, 2.5])
    (folder / "run.json").write_text(json.dumps(asdict(run)))
    (folder / "images.list").write_text("a.png 1\na.jpg 2\n")
    (folder / "net.prototxt").write_text(text)
    (folder / "solver.prototxt").write_text('net: "n" base_lr: 0.1 lr_policy: "step" gamma: 0.1')
    shutil.copy(BASE_FOLDER / "caffe.pb", folder / "plugin.pb")
    pixels = np.arange(8 * 6 * 3, dtype=np.uint8).reshape(8, 6, 3)
    (folder / "a.png").write_bytes(tf.io.encode_png(pixels).numpy())
    (folder / "a.jpg").write_bytes(tf.io.encode_jpeg(pixels).numpy())
    gif = b"GIF89a\x03\0\x05\0\x80\0\0" + bytes(6) + b"\x2c" + bytes(4) + b"\x03\0\x05\0\0"
    (folder / "a.gif").write_bytes(gif + b"\x02\x16\x8c\x2d\x99\x87\x2a\x1c\xdc\x33\xa0\x02\0;")
    head = b"BM" + (54 + 48).to_bytes(4, "little") + bytes(4) + b"\x36\0\0\0\x28\0\0\0"
    size = b"\x04\0\0\0\x04\0\0\0\x01\0\x18\0"
    (folder / "a.bmp").write_bytes(head + size + bytes(24) + bytes(48))


def damaged(data: bytes, draw: random.Random) -> bytes:
    """Return a file's bytes with some of them changed, lost, or written twice."""
    found = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 3, 8])):
        place = draw.randrange(len(found) + 1)
        if draw.random() < 0.5:
            # Most files are zeros for the most part, and what is not matters more.
            place = draw.choice(
                [at for at in draw.sample(range(len(found)), min(40, len(found))) if found[at]]
                or [place]
            )
        size = draw.choice([1, 1, 2, 4, 8])
        kind = draw.randrange(6)
        if kind == 0 and place < len(found):
            found[place] ^= 1 << draw.randrange(8)
        elif kind == 1:
            number = draw.choice(NUMBERS) & ((1 << 8 * size) - 1)
            found[place : place + size] = number.to_bytes(size, "little")
        elif kind == 2:
            found[place : place + size] = draw.randbytes(size)
        elif kind == 3:
            del found[place : place + draw.choice([1, 8, 500])]
        elif kind == 4:
            found[place:place] = found[place : place + draw.choice([1, 8, 500])]
        elif draw.random() < 0.3:
            del found[place:]
    return bytes(found)


def work() -> None:
    """Read the files that lines of the standard input name, and say how each ended."""
    from owltf.errors import OwltfError

    read = readers()
    print("ready", flush=True)
    for line in sys.stdin:
        kind, path = json.loads(line)
        try:
            read[kind](Path(path))
            ending = "read"
        except OwltfError as error:
            ending = "refused" if len(str(error).splitlines()) == 1 else f"lines: {error}"
        except BaseException as error:
            ending = f"{type(error).__name__}: {error}"
        print(json.dumps([ending, _peak()]), flush=True)


def _peak() -> int:
    """Return the most bytes that this process held; ``getrusage`` counts its parent's as well."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


class Worker:
    """A process that reads files, started anew when it ends."""

    def __init__(self) -> None:
        self._start()

    def read(self, kind: str, path: Path) -> str:
        """Return how a file's reading ended."""
        print(json.dumps([kind, str(path)]), file=self._process.stdin, flush=True)
        ending, used = self._answer()
        if used > self._usual + MEMORY:
            ending = f"memory: {used:,} bytes"
        if ending.startswith(("crash", "hang", "memory")):
            self.stop()
            self._start()
        return ending

    def stop(self) -> None:
        """End the process."""
        with self._process:
            self._process.kill()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--work"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == "ready\n"
        self._usual = 1 << 30

    def _answer(self) -> tuple[str, int]:
        assert self._process.stdout
        if not select.select([self._process.stdout], [], [], SECONDS)[0]:
            return f"hang: {SECONDS} s", 0
        line = self._process.stdout.readline()
        if not line:
            return f"crash: {self._process.wait()}", 0
        ending, used = json.loads(line)
        return ending, used


def fuzz(inputs: int, seed: int, keep: Path | None = None) -> Iterator[tuple[str, str]]:
    """Yield the kind of each input, and how its reading ended."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_seeds(folder)
        seeds = {kind: (folder / kind).read_bytes() for kind in WEIGHTS}
        worker = Worker()
        try:
            for number in range(inputs):
                (kind,) = draw.choices(list(WEIGHTS), list(WEIGHTS.values()))
                path = folder / f"input.{kind.rpartition('.')[2]}"
                path.write_bytes(damaged(seeds[kind], draw))
                ending = worker.read(kind, path)
                if keep and ending not in ("read", "refused"):
                    shutil.copy(path, keep / f"{seed}_{number}_{kind}")
                yield kind, ending
        finally:
            worker.stop()


def main() -> None:
    """Run as many inputs as the command line says, and print what went wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for inputs that went wrong")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work()
        return
    endings: Counter[str] = Counter()
    for kind, ending in fuzz(options.inputs, options.seed, options.keep):
        known = ending in ("read", "refused")
        endings[f"{kind} {ending}" if not known else ending] += 1
        if not known:
            print(kind, ending[:300], flush=True)
    for ending, count in endings.most_common():
        print(count, ending[:200])
    sys.exit(bool(endings.keys() - {"read", "refused"}))


if __name__ == "__main__":
    main()
