from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

ORACLE = Path(__file__).parent / "oracle"
ROWS = "HDF5Data layer 'rows' (net.prototxt:2): "


def net(source="h5.txt", more="batch_size: 3", tops=("data", "label"), rest=""):
    names = " ".join(f'top: "{top}"' for top in tops)
    return f"""layer {{ name: "rows" type: "HDF5Data" {names}
      hdf5_data_param {{ source: "{source}" {more} }} {rest} }}"""


@pytest.fixture
def write_list(tmp_path):
    """Write HDF5 files and the list of them."""

    def write(*files):
        for number, datasets in enumerate(files):
            with h5py.File(tmp_path / f"{number}.h5", "w") as file:
                for name, values in datasets.items():
                    file[name] = values
        names = "\n".join(f"{number}.h5" for number in range(len(files)))
        (tmp_path / "list.txt").write_text(names)
        return tmp_path / "list.txt"

    return write


def rows(count, start=0):
    return {"data": np.arange(start, start + count)[:, None] * 1.5, "label": np.arange(count)}


def test_caffes_own_figures(make_layer, batches):
    layer = make_layer((ORACLE / "hdf5.prototxt").read_text())
    expected = np.load(ORACLE / "hdf5.npz")
    assert layer.top_shapes == ((3, 2, 3, 5), (3,), (3, 6))
    for batch, tops in enumerate(batches(layer, 3)):
        for top, values in enumerate(tops):
            np.testing.assert_array_equal(values, expected[f"top/{batch}/{top}"])


def test_rows_go_on_over_files_and_wrap(make_layer, batches, write_list):
    layer = make_layer(net(write_list(rows(2), rows(0), rows(4, 2), rows(1, 6))))
    taken = np.concatenate([data[:, 0] for data, _ in batches(layer, 9)])
    np.testing.assert_array_equal(taken, np.arange(27) % 7 * 1.5)
    assert layer.describe().endswith("list.txt: 7 rows in 4 file(s)")


@pytest.mark.parametrize("position", [2, 7, 40])
def test_a_resumed_run_goes_on(position, make_layer, batches, records):
    everything = records(make_layer(net()), position + 9)
    resumed = records(make_layer(net()), 9, position)
    for found, expected in zip(resumed, everything, strict=True):
        np.testing.assert_array_equal(found, expected[position:])


def test_any_number_type_becomes_float(make_layer, batches, write_list):
    values = {
        "data": np.array([[1, 255]], np.uint8),
        "label": np.array([2**40], np.int64),
        "double": np.array([0.1], np.float64),
    }
    layer = make_layer(net(write_list(values), "batch_size: 1", tuple(values)))
    for found, expected in zip(batches(layer, 1)[0], values.values(), strict=True):
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected.astype(np.float32))


def test_batch_factor_and_static_shapes(make_layer):
    layer = make_layer(net(), batch_factor=2)
    assert layer.batch_size == 6
    assert [spec.shape for spec in layer.dataset(0).element_spec] == list(layer.top_shapes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (net("nowhere.txt"), "source nowhere.txt: not found; tried "),
        (net("a.h5"), "must be a text file that lists HDF5 files"),
        (net("lmdb_raw"), "must be a text file that lists HDF5 files"),
        (net(more=""), "batch_size must be 1 or more; it is missing or 0"),
        (net(rest="transform_param { scale: 2 }"), "HDF5Data does not transform data"),
        (net(tops=()), "needs one top or more"),
        (net(tops=("data", "nothing")), "a.h5 has no dataset 'nothing'; it has data, extra, label"),
    ],
)
def test_what_is_refused(text, expected, make_layer, refusal):
    message = refusal(make_layer, text)
    assert message.startswith(ROWS)
    assert expected in message


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([], "names no files"),
        ([rows(0)], "holds no rows"),
        ([{"data": np.zeros((2, 1)), "label": np.zeros(3)}], "data has 2, label has 3"),
        ([rows(2), {"data": np.zeros((2, 5)), "label": np.zeros(2)}], "got (5,), ()"),
        ([{"data": np.zeros((1, 1)), "label": [b"cat"]}], "'label' must hold rows of numbers"),
        ([{"data": np.zeros((1, 1)), "label": 1.0}], "'label' must hold rows of numbers"),
        (
            [{"data": np.zeros((2, 3, 0)), "label": np.zeros(2)}],
            "'data' of shape (2, 3, 0) holds no numbers",
        ),
    ],
)
def test_what_the_files_must_be(files, expected, make_layer, refusal, write_list):
    message = refusal(make_layer, net(write_list(*files)))
    assert message.startswith(ROWS)
    assert expected in message


def test_a_listed_file_is_missing_or_broken(make_layer, refusal, write_list):
    listing = write_list(rows(2))
    listing.write_text("gone.h5")
    message = refusal(make_layer, net(listing))
    assert f"source {listing} names gone.h5: not found" in message
    assert message.endswith(str(listing.parent / "gone.h5"))
    (listing.parent / "gone.h5").write_text("broken")
    assert "is not an HDF5 file, or it is broken" in refusal(make_layer, net(listing))
