"""HDF5Output: what is in the file after a pass, on one device and on several."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from oracle_case import one_layer
from replica_run import run_replicas
from solver_case import NET, SOLVER, Case

from owltf.errors import OwltfError
from owltf.testing import net_of

WRITTEN = 'type: "HDF5Output" hdf5_output_param { file_name: "out.h5" }'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


def written(path: str | Path = "out.h5") -> tuple[np.ndarray, np.ndarray]:
    with h5py.File(path) as file:
        assert list(file) == ["data", "label"]
        return file["data"][:], file["label"][:]


def output(*shapes: tuple[int, ...], fields: str = WRITTEN) -> str:
    return one_layer(fields, *shapes, tops=0)


def test_each_pass_replaces_the_file(folder: Path) -> None:
    net = net_of(output((4, 3, 2), (4,)))
    for index in range(2):
        data, label = random(4 + index, 3, 2), random(4 + index)
        assert net.forward({"bottom0": data, "bottom1": label}) == {}
        got = written()
        np.testing.assert_array_equal(got[0], data[..., np.newaxis])
        np.testing.assert_array_equal(got[1], label.reshape(-1, 1, 1, 1))
        assert got[0].dtype == np.float32
    assert [path.name for path in folder.iterdir()] == ["out.h5"]


def test_images_may_be_of_another_size_in_each_pass() -> None:
    net = net_of(output((1, 3, 4, 5), (1,)))
    for size in ((4, 5), (7, 2)):
        data = random(1, 3, *size)
        net.forward({"bottom0": data, "bottom1": random(1)})
        np.testing.assert_array_equal(written()[0], data)


def test_nothing_is_written_before_the_first_pass_or_by_the_model(folder: Path) -> None:
    net = net_of(
        output((4, 3), (4,)) + 'layer { name: "r" type: "ReLU" bottom: "bottom0" top: "r" }'
    )
    net.model({"bottom0": random(4, 3), "bottom1": random(4)})
    assert not list(folder.iterdir())


def test_images_are_written_in_caffes_order() -> None:
    first, second, layer = output((2, 3, 4, 5), (2,)).splitlines()
    conv = """layer { name: "conv" type: "Convolution" bottom: "bottom0" top: "conv"
      convolution_param { num_output: 4 kernel_size: 1 weight_filler { type: "xavier" } } }"""
    layer = layer.replace('bottom: "bottom0"', 'bottom: "conv"')
    net = net_of("\n".join([first, second, conv, layer]))
    feeds = {"bottom0": random(2, 3, 4, 5), "bottom1": random(2)}
    conv = net.forward(feeds, ["conv"])["conv"]
    np.testing.assert_array_equal(written()[0], conv)


@pytest.mark.parametrize("replicas", [2, 3])
def test_replicas_write_the_whole_batch(replicas: int) -> None:
    arrays = {"bottom0": random(5, 3), "bottom1": random(5)}
    run_replicas(output((5, 3), (5,)), arrays, replicas)
    data, label = written()
    np.testing.assert_array_equal(data[..., 0, 0], arrays["bottom0"])
    np.testing.assert_array_equal(label[:, 0, 0, 0], arrays["bottom1"])


def test_a_test_net_leaves_its_last_batch(folder: Path) -> None:
    labels = np.arange(40) % 3
    with h5py.File("train.h5", "w") as file:
        file["data"], file["label"] = random(40, 3, 7, 6), labels.astype(np.float32)
    case = Case(folder)
    case.add("train.txt", "train.h5")
    layer = (
        'layer { name: "out" type: "HDF5Output" bottom: "ip" bottom: "label" '
        'include { phase: TEST } hdf5_output_param { file_name: "out.h5" } }'
    )
    case.add("net.prototxt", NET + layer)
    case.add("solver.prototxt", SOLVER)
    case.run()
    data, label = written()
    assert data.shape == (8, 4, 1, 1)
    # The last test is the third of two batches each, which ends in the second round.
    np.testing.assert_array_equal(label[:, 0, 0, 0], labels[:8])


def test_a_folder_is_looked_for_beside_the_net(folder: Path) -> None:
    (folder / "features").mkdir()
    fields = 'type: "HDF5Output" hdf5_output_param { file_name: "features/out.h5" }'
    net_of(output((4, 3), (4,), fields=fields)).forward(
        {"bottom0": random(4, 3), "bottom1": random(4)}
    )
    assert written("features/out.h5")[0].shape == (4, 3, 1, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (output((4, 3), (5,)), r"as many rows; got \(4, 3\) and \(5,\)"),
        (output((1, 2, 3, 4, 5), (1,)), r"1 to 4 axes .* got \(1, 2, 3, 4, 5\) and \(1,\)"),
        (output((4, 3), (4,), fields='type: "HDF5Output"'), "file_name is missing"),
        (
            output((4, 3), (4,), fields=WRITTEN.replace("out.h5", "absent/out.h5")),
            "file_name 'absent/out.h5': its folder is missing: absent: not found",
        ),
    ],
)
def test_what_cannot_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(OwltfError, match=rf"^HDF5Output layer 'layer' \(.*:3\): .*{message}"):
        net_of(text)


def test_a_file_that_cannot_be_written_is_told(folder: Path) -> None:
    net = net_of(output((4, 3), (4,)))
    (folder / "out.h5").mkdir()
    told = r"HDF5Output layer 'layer' \(.*:3\): out.h5: cannot be written: is a dir"
    with pytest.raises(OwltfError, match=told):
        net.forward({"bottom0": random(4, 3), "bottom1": random(4)})
