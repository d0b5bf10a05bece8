"""Writes an honest file of each kind that owltf reads."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

ORACLE = Path(__file__).parents[1] / "layers" / "oracle"
LAYER = 'layer { name: "%s" type: "InnerProduct" bottom: "x" top: "%s" }'
V0 = """
input: "d" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
layers { layer { name: "p" type: "padding" pad: 1 } bottom: "d" top: "p" }
layers { layer { name: "c" type: "conv" num_output: 2 kernelsize: 3 blobs_lr: 1 weight_decay: 0 }
         bottom: "p" top: "c" }
layers { layer { name: "s" type: "softmax_loss" } bottom: "c" bottom: "d" }
"""
V1 = """
input: "d" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
layers { name: "c" type: CONVOLUTION bottom: "d" top: "c" blobs_lr: 1 weight_decay: 0
         convolution_param { num_output: 2 kernel_size: 3 } include { phase: TEST } }
layers { name: "d" type: DATA top: "e" data_param { source: "s" mean_file: "m" crop_size: 3 } }
"""
SOLVER = 'net: "n" base_lr: 0.1 lr_policy: "step" gamma: 0.1 solver_type: ADAM test_iter: 3'
MODEL = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 dim: 4 dim: 4 } } }
layer { name: "c" type: "Convolution" bottom: "x" top: "c"
        convolution_param { num_output: 2 kernel_size: 3 } }
layer { name: "l" type: "LRN" bottom: "c" top: "l" }
"""


def make_files(folder: Path) -> dict[str, list[bytes]]:
    """Write the files into a folder, and return the bytes of those of each kind."""
    from owltf.caffe.schema.schema import BASE_FOLDER, load_schema

    _weights(folder, load_schema())
    _records(folder, load_schema())
    _numbers(folder, load_schema())
    _pictures(folder)
    _model(folder)
    (folder / "images.list").write_text("a.png 1\na.jpg 2\n")
    (folder / "names.txt").write_text("n01440764 tench\nn01443537 goldfish\nshark\n")
    (folder / "net.prototxt").write_text(_net_text())
    (folder / "solver.prototxt").write_text(SOLVER)
    shutil.copy(BASE_FOLDER / "caffe.pb", folder / "plugin.pb")
    files = {path.name: [path.read_bytes()] for path in folder.iterdir() if path.is_file()}
    files["old.prototxt"] = [text.encode() for text in (V0, V1, SOLVER, _net_text())]
    files["pass.prototxt"] = [path.read_bytes() for path in sorted(ORACLE.glob("*.prototxt"))]
    return files


def _net_text() -> str:
    return 'name: "n" ' + " ".join(LAYER % (name, name) for name in ("a", "a/b", "c"))


def _weights(folder: Path, schema: Any) -> None:
    import numpy as np

    from owltf.caffe.binary.hdf5 import write_solverstate_hdf5, write_weights_hdf5
    from owltf.caffe.binary.solver_state import SolverState
    from owltf.caffe.binary.solverstate_file import write_solverstate
    from owltf.caffe.binary.write_weights import write_caffemodel
    from owltf.caffe.net.read import net_from_text

    arrays = [np.arange(6, dtype="f4").reshape(2, 3), np.ones(2, "f4")]
    blobs = {"a": arrays, "a/b": arrays[:1]}
    net = net_from_text(_net_text(), schema).parameter
    write_caffemodel(folder / "weights.caffemodel", net, blobs)
    write_weights_hdf5(folder / "weights.h5", blobs.items())
    state = SolverState(7, "a.caffemodel", 2, tuple(arrays))
    write_solverstate(folder / "state.solverstate", schema, state)
    write_solverstate_hdf5(folder / "state.h5", state)


def _records(folder: Path, schema: Any) -> None:
    import h5py
    import lmdb
    import numpy as np

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


def _numbers(folder: Path, schema: Any) -> None:
    import numpy as np

    from owltf.snapshot.run_state import RunState

    np.savez(folder / "states.npz", a=np.arange(6, dtype="f4"), b=np.ones(2, "f4"))
    np.save(folder / "mean.npy", np.ones((3, 2, 2), "f4"))
    mean = schema.message("BlobProto")(num=1, channels=3, height=2, width=2, data=range(12))
    (folder / "mean.binaryproto").write_bytes(mean.SerializeToString())
    run = RunState(7, 1, {"data": 5}, [{"data": 6}], [1.5, 2.5])
    (folder / "run.json").write_text(json.dumps(asdict(run)))


def _pictures(folder: Path) -> None:
    import numpy as np
    import tensorflow as tf

    pixels = np.arange(8 * 6 * 3, dtype=np.uint8).reshape(8, 6, 3)
    (folder / "a.png").write_bytes(tf.io.encode_png(pixels).numpy())
    (folder / "a.jpg").write_bytes(tf.io.encode_jpeg(pixels).numpy())
    gif = b"GIF89a\x03\0\x05\0\x80\0\0" + bytes(6) + b"\x2c" + bytes(4) + b"\x03\0\x05\0\0"
    (folder / "a.gif").write_bytes(gif + b"\x02\x16\x8c\x2d\x99\x87\x2a\x1c\xdc\x33\xa0\x02\0;")
    head = b"BM" + (54 + 48).to_bytes(4, "little") + bytes(4) + b"\x36\0\0\0\x28\0\0\0"
    size = b"\x04\0\0\0\x04\0\0\0\x01\0\x18\0"
    (folder / "a.bmp").write_bytes(head + size + bytes(24) + bytes(48))


def _model(folder: Path) -> None:
    from owltf.testing.nets import net_of

    net_of(MODEL).model.save(folder / "model.keras")
