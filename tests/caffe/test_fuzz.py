"""Damaged, hostile and absurd files: each is read or refused in one line, at once, in little room.

What hypothesis draws is the same in every run.
"""

import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import process_time
from typing import Any

import h5py
import numpy as np
import pytest

from owltf.caffe.binary.hdf5 import write_solverstate_hdf5, write_weights_hdf5
from owltf.caffe.binary.protobuf_wire import encode_length, encode_varint
from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.binary.solverstate_file import read_solverstate
from owltf.caffe.net.read import read_blob, read_mean, read_net, read_solver
from owltf.caffe.schema.schema import Schema, load_schema
from owltf.errors import OwltfError

pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, given, settings, strategies as st

SECONDS = 2
MEMORY = 64 << 20
MEMORY_OF_A_BYTE = 200
LONGEST_LINE = 4000
HUGE = 1 << 60
SCHEMA = load_schema()
READERS: dict[str, Callable[[Path], Any]] = {
    "net": lambda path: read_net(path, SCHEMA),
    "net, unknown fields ignored": lambda path: read_net(path, SCHEMA, ignore_unknown_fields=True),
    "solver": lambda path: read_solver(path, SCHEMA),
    "weights": lambda path: read_weights(path, SCHEMA),
    "solverstate": lambda path: read_solverstate(path, SCHEMA),
    "mean": lambda path: read_mean(path, SCHEMA),
    "blob": read_blob,
}
TEXTS = {
    "net": """
        name: "n"  # a comment
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 3 } } }
        layer {
          name: 'c' "d" type: "Pooling" bottom: "d" top: "c" include { phase: TEST }
          param { lr_mult: 1.5e-3 } pooling_param < pool: MAX, kernel_size: 3; >
          loss_weight: [1, -inf]
        }
    """,
    "V1 net": """
        input: "d" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
        layers { name: "c" type: CONVOLUTION bottom: "d" top: "c" blobs_lr: 1 weight_decay: 0
                 convolution_param { num_output: 2 kernel_size: 3 weight_filler { value: 1 } } }
    """,
    "V0 net": """
        input: "d" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
        layers { layer { name: "p" type: "padding" pad: 1 } bottom: "d" top: "p" }
        layers { layer { name: "c" type: "conv" num_output: 2 kernelsize: 3 blobs_lr: 1 }
                 bottom: "p" top: "c" }
    """,
    "solver": """
        net: "n.prototxt" base_lr: 0.01 lr_policy: "step" stepsize: 10 gamma: 0.1 max_iter: 100
        test_iter: 3 test_interval: 5 solver_mode: CPU solver_type: ADAM snapshot_prefix: "a/b"
        test_state { level: 1 stage: "s" } net_param { layer { name: "x" type: "ReLU" } }
    """,
}
WORDS = [
    "layer {",
    "layers { layer {",
    "{",
    "}",
    "<",
    ">",
    "[",
    "]",
    ":",
    '"',
    "'",
    "\\",
    "#",
    "\0",
    "\ud800",
    "\udcff",
    "²",
    "é",
    "\r",
    "\ufeff",
    "-",
    "-1",
    "nan",
    "1e999",
    "9" * 30,
    "9" * 5000,
    "0x" + "f" * 40,
    "x" * 1000,
    "phase: 9",
    "phase: ²",
    "phase: " + "1" * 5000,
    'name: "\\377"',
    'name: "\\ud800"',
    'name: "\\0"',
    "input_dim: -1",
    "input_shape { dim: -1 dim: 1000000000000 }",
    "type: 5",
    "[a.b.c]: 1",
    "[type.googleapis.com/caffe.NetParameter] { }",
    "blobs { data: 1 shape { dim: -5 dim: 1000000000000 } }",
    "pool: 7",
]
BLOBS = [
    {"shape": {"dim": [2, 3]}, "data": range(6)},
    {"num": 1, "channels": 1, "height": 1, "width": 2, "double_data": [1, 2]},
]
NUMBERS = [0, 1, 2, 3, 10**12, 1 << 31, 1 << 32, 1 << 40, HUGE, (1 << 63) - 1, -1, -5, -(1 << 62)]
STATE = SolverState(7, "a.caffemodel", 2, (np.ones((2, 3), "f4"), np.ones(4, "f4")))
budget = settings(
    derandomize=True,
    database=None,
    max_examples=250,
    deadline=timedelta(seconds=SECONDS),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def binary(kind: str, /, **fields: Any) -> bytes:
    return bytes(SCHEMA.message(kind)(**fields).SerializeToString())


def binaries() -> dict[str, bytes]:
    new = {"name": "a", "type": "Convolution", "bottom": ["x"], "blobs": BLOBS}
    v1 = {"name": "a", "type": "CONVOLUTION", "bottom": ["x"], "blobs": BLOBS}
    v0 = {"layer": {"name": "a", "type": "conv", "blobs": BLOBS}, "bottom": ["x"]}
    state = {"iter": 7, "learned_net": "a.caffemodel", "history": BLOBS, "current_step": 2}
    mean = {"num": 1, "channels": 3, "height": 2, "width": 2, "data": range(12)}
    return {
        "V2": binary("NetParameter", name="n", layer=[new, {"name": "b", "type": "ReLU"}]),
        "V1": binary("NetParameter", name="n", layers=[v1]),
        "V0": binary("NetParameter", name="n", layers=[v0]),
        "solverstate": binary("SolverState", **state),
        "mean": binary("BlobProto", **mean),
    }


BINARIES = binaries()


def refusals(content: bytes, path: Path) -> dict[str, str]:
    """Let each reader have the file, and give the lines of those that refuse it."""
    path.write_bytes(content)
    lines = {}
    for name, read in READERS.items():
        try:
            read(path)
        except OwltfError as error:
            lines[name] = str(error).removeprefix(str(path))
            assert len(lines[name].splitlines()) == 1
            assert len(lines[name]) < LONGEST_LINE
    return lines


def quickly(content: bytes, path: Path) -> dict[str, str]:
    """Do as `refusals` does, and see to time and memory."""
    tracemalloc.start()
    start = process_time()
    try:
        lines = refusals(content, path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEMORY + MEMORY_OF_A_BYTE * len(content)
    assert process_time() - start < SECONDS * len(READERS)
    return lines


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    text = draw(st.sampled_from(list(TEXTS.values())))
    for _ in range(draw(st.integers(1, 4))):
        start, size = draw(st.integers(0, len(text))), draw(st.integers(0, 9))
        word = draw(st.one_of(st.just(""), st.sampled_from(WORDS), st.text(max_size=5)))
        text = f"{text[:start]}{word}{text[start + size :]}"
    return text.encode("utf-8", "surrogatepass")


@st.composite
def files(draw: st.DrawFn, originals: dict[str, bytes]) -> bytes:
    data = bytearray(draw(st.sampled_from(list(originals.values()))))
    for _ in range(draw(st.integers(1, 3))):
        start, size = draw(st.integers(0, len(data))), draw(st.integers(0, 12))
        number = st.sampled_from(NUMBERS).map(lambda each: encode_varint(each % (1 << 64)))
        data[start : start + size] = draw(st.one_of(number, st.binary(max_size=4)))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@budget
@given(content=texts())
def test_texts(tmp_path: Path, content: bytes) -> None:
    refusals(content, tmp_path / "a")


@budget
@given(content=files(BINARIES))
def test_binaries(tmp_path: Path, content: bytes) -> None:
    refusals(content, tmp_path / "a")


@budget
@given(content=st.binary(max_size=40))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    refusals(content, tmp_path / "a")


@settings(budget, max_examples=60)
@given(dims=st.lists(st.sampled_from(NUMBERS), max_size=6), legacy=st.booleans())
def test_shapes(tmp_path: Path, dims: list[int], legacy: bool) -> None:
    axes = ("num", "channels", "height", "width")
    low = [max(-(1 << 31), min(dim, (1 << 31) - 1)) for dim in dims]
    shape = dict(zip(axes, low, strict=False)) if legacy else {"shape": {"dim": dims}}
    for numbers in ({}, {"data": [1]}, {"double_data": [1, 2]}):
        blob = {**shape, **numbers}
        for content in (
            binary("BlobProto", **blob),
            binary("NetParameter", name="n", layer=[{"name": "a", "blobs": [blob]}]),
            binary("SolverState", iter=1, learned_net="a", history=[blob]),
        ):
            quickly(content, tmp_path / "a")


@pytest.mark.parametrize("name", BINARIES)
def test_truncations_at_every_byte(tmp_path: Path, name: str) -> None:
    for size in range(len(BINARIES[name])):
        refusals(BINARIES[name][:size], tmp_path / "a")


@pytest.mark.parametrize("name", BINARIES)
def test_bits_flipped_in_every_byte(tmp_path: Path, name: str) -> None:
    for index in range(len(BINARIES[name])):
        for bit in (0, 2, 7):
            data = bytearray(BINARIES[name])
            data[index] ^= 1 << bit
            refusals(bytes(data), tmp_path / "a")


@pytest.mark.parametrize("number", [1, 2, 3, 5, 7, 8, 12, 100])
def test_lengths_beyond_the_end(tmp_path: Path, number: int) -> None:
    for inside in (b"", encode_length(number, HUGE)):
        content = encode_length(number, HUGE if not inside else len(inside)) + inside
        assert quickly(content, tmp_path / "a").keys() == READERS.keys()


def test_shapes_of_millions_of_axes(tmp_path: Path) -> None:
    for dim in (b"\x01", encode_varint((1 << 64) - 1)):
        dims = dim * 300_000
        inner = encode_length(1, len(dims)) + dims
        shape = encode_length(7, len(inner)) + inner
        blob = encode_length(5, 4) + b"\0\0\x80\x3f" + shape
        lines = quickly(blob, tmp_path / "a")
        assert "axes" in lines["mean"]
        assert "axes" in lines["blob"]


@pytest.mark.parametrize(
    "content",
    [
        b"layer { " * 10_000,
        b"layer < " * 10_000,
        b"a: [" * 10_000,
        b"layer { " * 10_000 + b"}" * 10_000,
        b"layer { param { " * 60 + b"} }" * 60,
        b"x" * 1_000_000 + b": 1",
        b'name: "' + b"x" * 1_000_000 + b'"',
        b'layer { name: "' + b"x" * 1_000_000 + b'" phase: 5 }',
        b"[" + b"a." * 100_000 + b"]: 1",
        b'name: "' + b"\\" * 1_000_001 + b'"',
        b"layer { phase: " + b"x" * 1_000_000 + b" }",
        b"input_dim: " + b"9" * 1_000_000,
        b"layer { " + b"-" * 1_000_000,
        b"unknown: 1 " * 3_000,
    ],
    ids=range(14),
)
def test_monstrous_texts(tmp_path: Path, content: bytes) -> None:
    quickly(content, tmp_path / "a")


def test_strings_behind_an_unknown_field_do_not_join_those_before(tmp_path: Path) -> None:
    content = TEXTS["V1 net"].replace('top: "c"', 'top: "c" unknown: 5 "d"').encode()
    lines = refusals(content, tmp_path / "a")
    assert "not well formed" in lines["net, unknown fields ignored"]


def test_texts_and_binaries_in_each_others_place(tmp_path: Path) -> None:
    of_texts = {"net", "net, unknown fields ignored", "solver"}
    for text in TEXTS.values():
        assert refusals(text.encode(), tmp_path / "a").keys() >= READERS.keys() - of_texts
    for data in BINARIES.values():
        assert refusals(data, tmp_path / "a").keys() >= of_texts


def hdf5_files(folder: Path) -> list[bytes]:
    write_weights_hdf5(folder / "w", [("a/b", STATE.history), ("c", STATE.history[:1])])
    write_solverstate_hdf5(folder / "s", STATE)
    return [(folder / name).read_bytes() for name in "ws"]


def test_truncated_hdf5(tmp_path: Path) -> None:
    for data in hdf5_files(tmp_path):
        for size in range(0, len(data), 97):
            lines = refusals(data[:size], tmp_path / "a")
            assert lines.keys() == READERS.keys()


def change_absent(file: Any) -> None:
    for name in ("iter", "current_step"):
        del file[name]


def change_empty(file: Any) -> None:
    del file["iter"]
    file["iter"] = np.zeros(0, "i4")


def change_bytes(file: Any) -> None:
    del file["learned_net"]
    file["learned_net"] = np.array(b"\xff\xfe")


def change_history(file: Any) -> None:
    del file["history"]
    file["history"] = 3


def change_number(file: Any) -> None:
    file["history/x"] = 3


def change_group(file: Any) -> None:
    file.create_group("history/2")


def change_words(file: Any) -> None:
    file["history/2"] = "words"


def change_sparse(file: Any) -> None:
    file.create_dataset("history/2", (10**6, 10**6), "f4")


def change_chunks(file: Any) -> None:
    file.create_dataset("history/2", (10**12,), "f4", chunks=(100,))[:3] = 1


def change_zeros(file: Any) -> None:
    file.create_dataset("history/2", (10**12, 0), "f4")


def change_iterations(file: Any) -> None:
    del file["iter"]
    file.create_dataset("iter", (10**12,), "i4")


@pytest.mark.parametrize(
    "change", [each for name, each in sorted(globals().items()) if name.startswith("change_")]
)
def test_hostile_hdf5_states(
    schema: Schema, tmp_path: Path, refusal: Callable[..., str], change: Callable[[Any], None]
) -> None:
    path = tmp_path / "a"
    write_solverstate_hdf5(path, STATE)
    with h5py.File(path, "a") as file:
        change(file)
    quickly(path.read_bytes(), path)
    if change is not change_zeros:
        refusal(read_solverstate, path, schema)


def test_hostile_hdf5_weights(schema: Schema, tmp_path: Path, refusal: Callable[..., str]) -> None:
    path = tmp_path / "a"
    write_weights_hdf5(path, [("a", STATE.history)])
    with h5py.File(path, "a") as file:
        file.create_dataset("data/b/0", (10**6, 10**6), "f4")
    assert "data/b/0" in refusal(read_weights, path, schema)
    with h5py.File(path, "a") as file:
        del file["data/b"]
        file["data/c/d"] = file["data"]
    assert "data/c/d" in refusal(read_weights, path, schema)
    with h5py.File(path, "a") as file:
        del file["data/c/d"]
        file["data/c/d"] = h5py.SoftLink("/nowhere")
    refusal(read_weights, path, schema)
