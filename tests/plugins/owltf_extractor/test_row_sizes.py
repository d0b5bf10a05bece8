"""Images of several sizes: rows of several sizes are held rightly or refused, none computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import lmdb
import numpy as np
import pytest
from owltf_extractor.extraction import Extraction, ExtractOptions
from owltf_extractor.files import write_rows
from owltf_extractor.formats.writer import Column
from owltf_extractor.outputs import formats, plan_outputs
from read_back import load_npz

from owltf.api import Net, OwltfError, choose_devices, load_net
from owltf.caffe.schema.schema import load_schema

NET = """
layer { name: "data" type: "Data" top: "data" top: "label"
  data_param { source: "db" batch_size: 1 backend: LMDB } }
layer { name: "p" type: "Power" bottom: "data" top: "p" power_param { scale: 2 } }
layer { name: "pool" type: "Pooling" bottom: "p" top: "pool"
  pooling_param { pool: AVE global_pooling: true } }
layer { name: "s" type: "Silence" bottom: "label" }
"""
SIZES = [(2, 3, 4), (2, 3, 4), (2, 4, 3), (2, 1, 1)]
VARYING = sorted(suffix for suffix, writer in formats().items() if writer.holds_any_sizes)
FIXED = sorted(set(formats()) - set(VARYING))


def images(sizes: list[tuple[int, ...]]) -> list[np.ndarray]:
    return [np.arange(np.prod(size)).reshape(size).astype(np.float32) + 1 for size in sizes]


Make = Callable[..., Net]


@pytest.fixture
def make(here: Path) -> Make:
    def made(sizes: list[tuple[int, ...]] = SIZES) -> Net:
        datum = load_schema().message("Datum")
        with lmdb.open("db", map_size=1 << 20) as database, database.begin(write=True) as records:
            for number, image in enumerate(images(sizes)):
                channels, height, width = image.shape
                data = image.astype(np.uint8).tobytes()
                one = datum(channels=channels, height=height, width=width, data=data, label=number)
                records.put(b"%04d" % number, one.SerializeToString())
        Path("net.prototxt").write_text(NET)
        return load_net("net.prototxt")

    return made


def extract(net: Net, out: str, *names: str) -> list[str]:
    told: list[str] = []
    options = ExtractOptions(names or ("p",), out, with_labels=True)
    Extraction.of(net, options, None, told.append).run(choose_devices())
    return told


def rows_of_npz(name: str) -> Iterator[np.ndarray]:
    found = load_npz(Path("f.npz"))
    return (found[f"{name}/{number:010d}"] for number in range(4))


def rows_of_h5(name: str) -> Iterator[np.ndarray]:
    with h5py.File("f.h5") as file:
        assert file["label"][:].tolist() == [0, 1, 2, 3]
        yield from (file[name][f"{number:010d}"][:] for number in range(4))


def rows_of_lmdb(name: str) -> Iterator[np.ndarray]:
    datum = load_schema().message("Datum")
    with lmdb.open("f.lmdb", readonly=True, lock=False) as database, database.begin() as records:
        for number, (_, value) in enumerate(records.cursor()):
            one = datum.FromString(value)
            assert one.label == number
            yield np.reshape(one.float_data, (one.channels, one.height, one.width))


def test_each_row_is_held_in_its_own_size(make: Make) -> None:
    net = make()
    assert VARYING == [".h5", ".leveldb", ".lmdb", ".npz"]
    for suffix, read in ((".npz", rows_of_npz), (".h5", rows_of_h5), (".lmdb", rows_of_lmdb)):
        assert extract(net, f"f{suffix}") == []
        rows = list(read("p"))
        assert [row.shape for row in rows] == SIZES
        for row, image in zip(rows, images(SIZES), strict=True):
            np.testing.assert_array_equal(row, image * 2)
    extract(net, "g.npz", "p", "pool")
    assert load_npz(Path("g.npz"))["pool"].shape == (4, 2, 1, 1)


@pytest.mark.parametrize("suffix", FIXED)
def test_what_holds_one_size_is_refused_before_a_row_is_computed(make: Make, suffix: str) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    net = make()
    before = sorted(Path().iterdir())
    wanted = (
        rf"f\{suffix}: 'p' has rows of several sizes, as record '0002' has data of \(2, 4, 3\) and "
        r"the first \(2, 3, 4\); take a .h5 or .leveldb or .lmdb or .npz, or give transform_param a"
    )
    with pytest.raises(OwltfError, match=wanted):
        Extraction.of(net, ExtractOptions(["p"], f"f{suffix}"), None, print)
    assert sorted(Path().iterdir()) == before
    assert extract(net, f"g{suffix}", "pool") == []


def test_images_that_are_all_of_one_size_are_an_array(make: Make) -> None:
    net = make([(2, 3, 4)] * 3)
    (told,) = extract(net, "f.npy")
    assert told == "Reading all images once, as a .npy holds rows of one size"
    extract(net, "f.npz")
    wanted = np.stack(images([(2, 3, 4)] * 3)) * 2
    np.testing.assert_array_equal(np.load("f.npy"), wanted)
    np.testing.assert_array_equal(load_npz(Path("f.npz"))["p"], wanted)


@pytest.mark.parametrize("suffix", FIXED)
def test_a_row_that_does_not_fit_is_never_written(here: Path, suffix: str) -> None:
    """Whatever a layer does, no file holds values in places that are not theirs."""
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    rows = [{"a": np.ones((1, *shape), np.float32)} for shape in ((2, 3), (3, 2))]
    outputs = plan_outputs(f"f{suffix}", [Column("a", (2, 3))], [])
    with pytest.raises(OwltfError, match=r"'a' has shape \(3, 2\) after rows of \(2, 3\), and a"):
        write_rows(outputs, rows, load_schema())
    assert not list(here.iterdir())
