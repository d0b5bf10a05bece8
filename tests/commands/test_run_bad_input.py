"""Bad input to `owltf run`: one line that helps, exit status 2, and nothing written."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from run_case import LOSS, Case, Edits, image, write_lmdb

from owltf.caffe.binary.solver_state import SolverState
from owltf.caffe.binary.solverstate_file import read_solverstate, write_solverstate
from owltf.caffe.schema.schema import load_schema

SNAPSHOT = "snap_iter_6"


def layer(kind: str, *bottoms: str) -> str:
    """Return a layer `more` before the loss."""
    taken = " ".join(f'bottom: "{bottom}"' for bottom in bottoms)
    return f'layer {{ name: "more" type: "{kind}" {taken} top: "more" }}\n{LOSS}'


def assert_says(message: str, parts: Sequence[str]) -> None:
    """Check that a message has some parts, in their order."""
    place = 0
    for part in parts:
        assert part in message[place:], f"{part!r} is not in {message[place:]!r}"
        place = message.index(part, place) + len(part)


@pytest.mark.parametrize(
    ("args", "parts"),
    [
        ([], ["missing argument 'SOLVER'", "owltf run --help"]),
        (["solver.prototxt", "--nope"], ["no such option '--nope'", "owltf run --help"]),
        (
            ["solver.prototxt", "--snapshot", "x"],
            ["'--snapshot'", "'x' is neither a number nor a FILE.solverstate"],
        ),
        (["nope.prototxt"], ["nope.prototxt: not found; tried /", "/case/nope.prototxt"]),
        (["train_lmdb"], ["train_lmdb: an LMDB database, where a solver's prototxt is needed"]),
        (["."], [".: a folder, where a solver's prototxt is needed"]),
        (["net.prototxt"], ["net.prototxt: a net's prototxt, where a solver's prototxt is needed"]),
        (["solver.prototxt", "--snapshot", "-1"], ["--snapshot must not be negative, got -1"]),
        (["solver.prototxt", "--snapshot", "1"], ["no snapshot 1", "there are none yet"]),
        (["solver.prototxt", "--resume", "no.solverstate"], ["no such solverstate: no."]),
        (["solver.prototxt", "--weights", "no.caffemodel"], ["no such weights file: no."]),
        (["solver.prototxt", "--weights", ""], ["invalid value for '--weights': it names no file"]),
        (["solver.prototxt", "--cpu-replicas", "0"], ["--cpu-replicas must be at least 1, got 0"]),
        (["solver.prototxt", "--num-gpu", "0"], ["--num-gpu must be at least 1, got 0"]),
        (["solver.prototxt", "--gpu", "one"], ["--gpu takes numbers", "got 'one'"]),
        (["solver.prototxt", "--num-gpu", "99"], ["99 GPUs asked for, but TensorFlow sees "]),
        (["solver.prototxt", "--gpu", "0,98"], ["GPU 98 asked for, but TensorFlow sees "]),
        (
            ["solver.prototxt", "--gpu", "0", "--num-gpu", "1"],
            ["give one of --gpu, --num-gpu and --cpu-replicas"],
        ),
    ],
    ids=" ".join,
)
def test_arguments(case: Case, args: list[str], parts: list[str]) -> None:
    assert_says(case.refused("--plain", *args), parts)


@pytest.mark.parametrize(
    ("edits", "parts"),
    [
        (
            {'"net.prototxt"': '"nets/tiny.prototxt"'},
            ["solver.prototxt:1: net nets/tiny.prototxt: not found; tried /", "/case/nets/tiny."],
        ),
        ({'"net.prototxt"': '"train_lmdb"'}, ["an LMDB database, where a net's prototxt is"]),
        ({'"net.prototxt"': '"solver.prototxt"'}, ["a solver's prototxt, where a net's prototxt"]),
        ({'net: "net.prototxt"': ""}, ["solver.prototxt: one of net, ", "; got none"]),
        ({"base_lr: 0.05": "base_lr 0.05"}, ['solver.prototxt:2:9: Expected ":"']),
        ({"base_lr: 0.05": "base_lr: fast"}, ["solver.prototxt:2:10: ", "fast"]),
        ({'"fixed"': '"fixed'}, ["solver.prototxt:4:12: String missing ending quote"]),
        (
            {"base_lr: 0.05": "base_ler: 0.05"},
            [
                "solver.prototxt:2:1: SolverParameter has no field 'base_ler'",
                "did you mean 'base_lr'?",
            ],
        ),
        ({'"fixed"': '"fixd"'}, ["solver.prototxt:4: unknown lr_policy 'fixd': ", "'fixed'?"]),
        ({'lr_policy: "fixed"': ""}, ["solver.prototxt: lr_policy is missing: known: exp, fixed"]),
        ({'"fixed"': '"step"'}, ["solver.prototxt:4: lr_policy 'step' needs stepsize above 0"]),
        (
            {"momentum": 'type: "AdaBelief" momentum'},
            ["solver.prototxt:3: solver type 'AdaBelief' is not supported: known: ", "SGD"],
        ),
        ({"momentum": 'regularization_type: "L3" momentum'}, ["solver.prototxt:3: ", "'L3'"]),
        ({"max_iter: 6": "max_iter: -6"}, ["solver.prototxt:6: max_iter must be at least 0"]),
        ({"display: 2": "iter_size: 0"}, ["solver.prototxt:5: iter_size must be at least 1"]),
        ({"test_iter: 2": "test_iter: 0"}, ["solver.prototxt:7: test_iter must be at least 1"]),
        ({"test_interval: 3": ""}, ["test_interval must be above 0 where test_iter is given"]),
        (
            {"test_iter: 2": 'test_iter: 2 test_net: "net.prototxt" test_net: "net.prototxt"'},
            ["test_iter must be given once for each test net; got 1 test_iter for 2 test nets"],
        ),
        (
            {'"snap"': '"snaps/tiny"'},
            ["solver.prototxt:10: snapshot_prefix 'snaps/tiny': its folder is missing", "make it"],
        ),
        (
            {'"snap"': '"net.prototxt/tiny"'},
            ["solver.prototxt:10: snapshot_prefix 'net.prototxt/tiny': cannot write to net.proto"],
        ),
        ({"base_lr: 0.05": "base_lr: 1e30"}, ["the loss is ", " at iteration 1; nothing is saved"]),
    ],
    ids=lambda value: next(iter(value.values())) if isinstance(value, dict) else "",
)
def test_solver(case: Case, edits: Edits, parts: list[str]) -> None:
    case.change("solver.prototxt", edits)
    assert_says(case.refused(), parts)


@pytest.mark.parametrize(
    ("edits", "parts"),
    [
        ({"kernel_size: 3": "kernel_size:"}, ["net.prototxt:9:50: Couldn't parse integer"]),
        (
            {'"ReLU" bottom: "conv" top: "conv" }': '"ReLU" bottom: "conv" top: "conv"'},
            ["net.prototxt:11:1: LayerParameter has no field 'layer': is a } missing before it?"],
        ),
        ({"phase: TEST } }\n": "phase: TEST }\n"}, ["net.prototxt:15:1: layer is never closed"]),
        ({"kernel_size": "kernel_siz"}, ["net.prototxt:9:37: Conv", "did you mean 'kernel_size"]),
        (
            {"LMDB": "ROCKSDB"},
            ["net.prototxt:4:51: backend cannot be ROCKSDB: one of LEVELDB, LMDB"],
        ),
        ({'"ReLU"': '"Relu"'}, ["'relu' (net.prototxt:10): unknown layer type 'Relu'", "'ReLU'"]),
        (
            {'"ReLU"': '"Relu6"', '"Convolution"': '"Conv"', '"Dropout"': '"Dropuot"'},
            [
                *("layer 'conv' (net.prototxt:8): unknown layer type 'Conv'", "Convolution"),
                *("layer 'relu' (net.prototxt:10)", "'Relu6'", "the plugin owltf_ssd brings it"),
                *("layer 'drop' (net.prototxt:11)", "'Dropuot'", "Dropout"),
            ],
        ),
        (
            {LOSS: layer("ReLU", "ip").replace('"more" }', '"ip2" top: "conv" }')},
            ["net.prototxt:14: ReLU layer 'more' makes 'conv', which is made by Convolution layer"],
        ),
        (
            {LOSS: layer("ReLU", "fc")},
            ["net.prototxt:14: ReLU layer 'more' takes 'fc', which no layer makes; the last blobs"],
        ),
        (
            {LOSS: layer("Silence", "accuracy")},
            ["net.prototxt:14: ", "'accuracy', which only a layer for other phases", "for TRAIN"],
        ),
        (
            {LOSS: layer("Eltwise", "data", "conv")},
            ["Eltwise layer 'more' (net.prototxt:14): ", "(4, 3, 6, 6) and (4, 4, 4, 4)"],
        ),
        (
            {LOSS: layer("Concat", "data", "conv")},
            ["Concat layer 'more' (net.prototxt:14): ", "(4, 3, 6, 6) and (4, 4, 4, 4)"],
        ),
        (
            {
                'bottom: "conv" top: "ip"': 'bottom: "conv" top: "ip" param { name: "w" }',
                LOSS: layer("InnerProduct", "data").replace(
                    '"more" }', '"more" param { name: "w" } inner_product_param { num_output: 4 } }'
                ),
            },
            ["'more' (net.prototxt:14): parameter 0 of shape (4, 108) cannot share 'w', which has"],
        ),
        (
            {"kernel_size: 3": "kernel_size: 7"},
            ["Convolution layer 'conv' (net.prototxt:8): a kernel covering 7x7 does not fit in"],
        ),
        (
            {'bottom: "ip" bottom: "label" top: "loss"': 'bottom: "ip" top: "loss"'},
            ["SoftmaxWithLoss layer 'loss' (net.prototxt:14): takes 2 bottoms, got 1"],
        ),
        ({'"xavier"': '"xavir"'}, ["'conv' (net.prototxt:8): unknown filler type 'xavir'"]),
        ({"phase: TRAIN": "phase: TEST"}, ["net.prototxt", "'conv' takes 'data', which only"]),
        (
            {'"train_lmdb"': '"lmdbs/train"'},
            [
                "Data layer 'data' (net.prototxt:2): source lmdbs/train: not found; tried /",
                "/case/lmdbs/train, /",
            ],
        ),
        (
            {"mean_value: 128": 'mean_file: "mean.binaryproto"'},
            ["Data layer 'data' (net.prototxt:2): mean_file mean.binaryproto: not found; tried /"],
        ),
        ({"crop_size: 6": "crop_size: 9"}, ["(net.prototxt:2): crop_size 9 is larger than the im"]),
        (
            {"crop_size: 6 scale": "crop_size: 5 scale"},
            ["'ip' (net.prototxt:12): ", "'conv' (4, 4, 3, 3) with the weights it has", "(4, 64)"],
        ),
        ({"backend: LMDB": "backend: LEVELDB"}, ["'data' (net.prototxt:2): ", "backend: LMDB"]),
        (
            {"backend: LMDB": ""},
            ["'data' (net.prototxt:2): ", "not a LevelDB: it is an LMDB; write backend: LMDB"],
        ),
    ],
    ids=lambda value: next(iter(value.values())) if isinstance(value, dict) else "",
)
def test_net(case: Case, edits: Edits, parts: list[str]) -> None:
    case.change("net.prototxt", edits)
    assert_says(case.refused(), parts)


@pytest.mark.parametrize("file", ["solver.prototxt", "net.prototxt"])
def test_empty_files(case: Case, file: str) -> None:
    (case.folder / file).write_text("")
    assert case.refused() == f"{file}: an empty file"


def test_a_net_without_layers(case: Case) -> None:
    (case.folder / "net.prototxt").write_text('name: "none"\n')
    assert case.refused() == "net.prototxt: no layers for TRAIN, level 0, no stage"


@pytest.mark.parametrize(
    ("records", "parts"),
    [
        ([], ["Data layer 'data' (net.prototxt:2): LMDB train_lmdb holds no records"]),
        (
            [image(), image(), image(3, 9, 8)],
            ["Data layer 'data' (net.prototxt:", "record 2 (key '00000002') is 3x9x8 where"],
        ),
        ([image(), image(1, 8, 8)], ["record 1 (key '00000001') has 1 channels where the"]),
        (
            [image(), b"hello"],
            ["Data layer 'data' (net.", "record 1 (key '00000001') is not a Datum"],
        ),
        (
            [image(label=4)],
            ["'data' (net.prototxt:2): record 0 has the label 4", "'loss' has the classes 0 to 3"],
        ),
        ([image(label=-1)], ["record 0 has the label -1", "'loss' has the classes 0 to 3"]),
    ],
    ids=["empty", "sizes", "channels", "no Datum", "label", "negative label"],
)
@pytest.mark.parametrize("replicas", [1, 2])
def test_records(case: Case, records: list[bytes], parts: list[str], replicas: int) -> None:
    case.change("net.prototxt", {"crop_size: 6 ": ""})
    case.change("solver.prototxt", {"test_iter: 2\ntest_interval: 3\n": ""})
    shutil.rmtree(case.folder / "train_lmdb")
    write_lmdb(case.folder / "train_lmdb", records)
    assert_says(case.refused("solver.prototxt", "--cpu-replicas", replicas), parts)


def test_labels_of_a_test_net(case: Case) -> None:
    test = 'source: "train_lmdb" batch_size: 4 backend: LMDB } }\nlayer { name: "conv"'
    case.change("net.prototxt", {test: test.replace("train_lmdb", "test_lmdb")})
    write_lmdb(case.folder / "test_lmdb", [image(label=7)])
    assert_says(
        case.refused(), ["'data' (net.prototxt:5): record 0 has the label 7", "the classes 0 to 3"]
    )


def test_no_lmdb(case: Case) -> None:
    shutil.rmtree(case.folder / "train_lmdb")
    (case.folder / "train_lmdb").mkdir()
    assert case.refused().endswith("train_lmdb is not an LMDB: it holds no data.mdb")


def test_batches_smaller_than_the_replicas(case: Case) -> None:
    case.change("net.prototxt", {"batch_size: 4": "batch_size: 2"})
    assert_says(
        case.refused("solver.prototxt", "--cpu-replicas", "3"),
        ["Data layer 'data' (net.prototxt:2): batch_size 2 cannot be split among 3 devices"],
    )


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-500])


@pytest.mark.parametrize(
    ("args", "parts"),
    [
        (["--weights", "cut.caffemodel"], ["cut.caffemodel: truncated: layer 'ip' needs "]),
        (["--resume", "cut.solverstate"], ["cut.solverstate: truncated"]),
        (
            ["--resume", f"{SNAPSHOT}.caffemodel"],
            [f"{SNAPSHOT}.caffemodel: a caffemodel (", "where a solverstate (", ") is needed"],
        ),
        (
            ["--weights", f"{SNAPSHOT}.solverstate"],
            [f"{SNAPSHOT}.solverstate: a solverstate (", "where a caffemodel (", ") is needed"],
        ),
        (["--weights", "net.prototxt"], ["net.prototxt: a net's prototxt, where a caffemodel"]),
        (["--weights", "train_lmdb"], ["train_lmdb: an LMDB database, where a caffemodel"]),
        (["--weights", "empty.caffemodel"], ["empty.caffemodel: an empty file"]),
        (
            ["--weights", f"{SNAPSHOT}.caffemodel,no.caffemodel"],
            ["no such weights file: no.caffemodel"],
        ),
        (["--snapshot", "9"], ["no snapshot 9 (snap_iter_27.solverstate)", "exist: 1, 2"]),
        (
            ["--resume", f"{SNAPSHOT}.solverstate", "--weights", f"{SNAPSHOT}.caffemodel"],
            ["give one of --snapshot and --resume to go on", "or --weights to start from"],
        ),
    ],
    ids=lambda value: " ".join(value) if value[0].startswith("--") else "",
)
def test_snapshots(trained: Case, args: list[str], parts: list[str]) -> None:
    for suffix in ("caffemodel", "solverstate"):
        shutil.copy(f"{SNAPSHOT}.{suffix}", f"cut.{suffix}")
        cut(Path(f"cut.{suffix}"))
    Path("empty.caffemodel").touch()
    assert_says(trained.refused("solver.prototxt", *args), parts)


@pytest.mark.parametrize(
    ("damage", "parts"),
    [
        (lambda: cut(Path(f"{SNAPSHOT}.caffemodel")), [f"{SNAPSHOT}.caffemodel: truncated: layer"]),
        (
            Path(f"{SNAPSHOT}.caffemodel").unlink,
            [f"{SNAPSHOT}.solverstate belongs to weights that are missing: {SNAPSHOT}.caffemodel"],
        ),
        (
            lambda: Path(f"{SNAPSHOT}.json").write_text("[]"),
            [f"{SNAPSHOT}.json is not a state that owltf wrote", "remove it to resume as Caffe"],
        ),
        (
            lambda: Path(f"{SNAPSHOT}.json").write_text(
                '{"iteration": 6, "seed": 1, "train": [], "test": []}'
            ),
            [f"{SNAPSHOT}.json is not a state that owltf wrote"],
        ),
    ],
    ids=["truncated caffemodel", "no caffemodel", "no state", "odd state"],
)
def test_damaged_snapshots(trained: Case, damage: Callable[[], object], parts: list[str]) -> None:
    damage()
    assert_says(trained.refused("solver.prototxt", "--snapshot", 2), parts)


def test_weights_of_other_shapes(trained: Case) -> None:
    trained.change("net.prototxt", {"{ num_output: 4 weight": "{ num_output: 5 weight"})
    for option in (["--weights", f"{SNAPSHOT}.caffemodel"], ["--snapshot", "2"]):
        assert_says(
            trained.refused("solver.prototxt", *option),
            [f"{SNAPSHOT}.caffemodel: layer 'ip': ", "(4, 64)", "(5, 64)", "--reinit-mismatched"],
        )


def test_another_number_of_weights(trained: Case) -> None:
    trained.change(
        "net.prototxt", {"{ num_output: 4 weight": "{ bias_term: false num_output: 4 weight"}
    )
    assert_says(
        trained.refused("solver.prototxt", "--snapshot", 2),
        [f"{SNAPSHOT}.caffemodel: layer 'ip': the file has 2 parameter blobs, the net 1"],
    )


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (
            lambda history: history[:3],
            ["has 3 history blobs, but the solver SGD of this net has 4"],
        ),
        (
            lambda history: history * 2,
            ["has 8 history blobs, but the solver SGD of this net has 4"],
        ),
        (
            lambda history: (np.zeros((2, 3)), *history[1:]),
            ["history of layer 'conv' has shape (2, 3), but its parameter 0 has shape (4, 3, 3"],
        ),
    ],
    ids=["too few", "of another solver", "of another shape"],
)
def test_history_that_does_not_fit(
    trained: Case, change: Callable[..., tuple[np.ndarray, ...]], parts: list[str]
) -> None:
    path, schema = Path(f"{SNAPSHOT}.solverstate"), load_schema()
    state = read_solverstate(path, schema)
    history = change(tuple(blob.copy() for blob in state.history))
    state = SolverState(state.iteration, state.learned_net, state.current_step, history)
    write_solverstate(path, schema, state)
    # The file is then as one of Caffe's own; a JSON would know that it is another.
    Path(f"{SNAPSHOT}.json").unlink()
    assert_says(
        trained.refused("solver.prototxt", "--resume", path), [f"{path}: the solver", *parts]
    )


def test_data_layers_that_are_not_those_of_the_snapshot(trained: Case) -> None:
    trained.change("net.prototxt", {'name: "data"': 'name: "images"'})
    assert_says(
        trained.refused("solver.prototxt", "--snapshot", 1),
        ["snap_iter_3.solverstate: the data layers", "['data']", "['images']"],
    )


def test_a_loss_that_is_not_a_number_keeps_the_last_snapshot(trained: Case) -> None:
    trained.change(
        "solver.prototxt", {"base_lr: 0.05": "base_lr: 1e30", "max_iter: 6": "max_iter: 9"}
    )
    assert_says(
        trained.refused("solver.prototxt", "--snapshot", "2"),
        ["the loss is ", " at iteration 7; the last snapshot, snap_iter_6.solverstate, stands; "],
    )


def test_weights_that_are_not_numbers_are_not_saved(case: Case) -> None:
    case.change("solver.prototxt", {"base_lr: 0.05": "base_lr: 1e39", "snapshot: 3": "snapshot: 1"})
    assert_says(
        case.refused(),
        ["the weights of layer ", " are not finite after iteration 0; nothing is saved"],
    )
