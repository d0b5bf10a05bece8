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
from math import prod
from pathlib import Path
from typing import Any

from damage import absurd, damaged
from honest_files import make_files

SECONDS = 60
MEMORY = 2 << 30
# The numbers that a pass may have, as a net may ask for all memory there is.
LARGEST_BLOBS = 1 << 24
# How often each kind is drawn. HDF5 takes a process for each input, a net's pass 0.3 s.
WEIGHTS = {
    "pass.prototxt": 20,
    "model.keras": 2,
    "names.txt": 3,
    "old.prototxt": 8,
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
# These are text that means something: words are changed, not bytes.
WRITTEN = ("pass.prototxt", "old.prototxt")


def readers() -> dict[str, Callable[[Path], Any]]:
    """Return what reads each kind of file."""
    from owltf.caffe.binary.numpy_file import read_npy, read_npz
    from owltf.caffe.binary.read_weights import read_weights
    from owltf.caffe.binary.solverstate_file import read_solverstate
    from owltf.caffe.net.read import read_mean, read_net, read_solver
    from owltf.caffe.schema.schema import load_schema
    from owltf.caffe.upgrade_file import upgrade_caffemodel, upgraded_text
    from owltf.data.source.image_files import find_images, read_image
    from owltf.inference.class_names import read_class_names
    from owltf.inference.load_net import load_model
    from owltf.snapshot.run_state import RunState

    schema = load_schema()

    def weights(path: Path) -> None:
        read_weights(path, schema)
        upgrade_caffemodel(path, path.with_name("out.caffemodel"), schema)

    def image(path: Path) -> None:
        read_image(path, 3)

    return {
        "pass.prototxt": _build_and_run,
        "model.keras": load_model,
        "names.txt": lambda path: read_class_names(path, 3),
        "old.prototxt": lambda path: upgraded_text(path, schema),
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


def _build_and_run(path: Path) -> None:
    """Build a net for training or for testing, and run it once where it asks for little memory."""
    import keras
    import numpy as np

    from owltf.testing.nets import net_of

    keras.backend.clear_session()
    # The same for the same file.
    net = net_of(path, "TRAIN" if path.stat().st_size % 2 else "TEST")
    if sum(map(prod, net.blob_shapes.values())) < LARGEST_BLOBS:
        net.forward({name: np.ones(net.blob_shapes[name], np.float32) for name in net.inputs})


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
        files = make_files(folder)
        worker = Worker()
        try:
            for number in range(inputs):
                (kind,) = draw.choices(list(WEIGHTS), list(WEIGHTS.values()))
                path = folder / f"input.{kind.rpartition('.')[2]}"
                data = draw.choice(files[kind])
                path.write_bytes(absurd(data, draw) if kind in WRITTEN else damaged(data, draw))
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
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
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
