"""Programs end as Caffe's do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from owltf.api import open_database

ORACLE = Path(__file__).parents[2] / "data" / "oracle"
Owltf = Callable[..., Result]


def test_convert_imageset_and_its_log(here: Path, owltf: Owltf) -> None:
    Path("list.txt").write_text("00.png 3\nnone.png 4\n02.png 5\n")
    words = ("-resize_height", "8", "--resize_width=9", "-noshuffle", f"{ORACLE}/images/")
    result = owltf("caffe-tool", "convert_imageset.bin", *words, "list.txt", "db")
    assert (result.exit_code, result.stdout) == (0, "")
    lines = result.stderr.splitlines()
    assert all(line[0] == "I" and " convert_imageset.cpp:1] " in line for line in lines)
    assert [line.partition("] ")[2][:24] for line in lines[:3]] == [
        "A total of 3 images.",
        "Could not open or find f",
        "Processed 2 files.",
    ]
    records = open_database(Path("db"))
    assert [records.key(number) for number in (0, 1)] == ["00000000_00.png", "00000002_02.png"]


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("caffe",), 0, "usage: caffe <command> <args>"),
        (("caffe", "--help"), 0, "-sigint_effect type: string default: stop"),
        (("caffe", "--bogus"), 1, "ERROR: unknown command line flag 'bogus'"),
        (("caffe", "fly"), 134, "Unknown action: fly"),
        (("caffe", "train"), 134, "Need a solver definition to train."),
        (("caffe", "train", "-solver=none"), 134, "none"),
        (("convert_imageset", "a"), 1, "ROOTFOLDER/ LISTFILE DB_NAME"),
        (("convert_imageset", "a", "b", "c"), 134, "b: no such file or directory"),
        (("compute_image_mean",), 1, "INPUT_DB [OUTPUT_FILE]"),
        (("convert_mnist_data.bin",), 0, "input_image_file"),
        (("upgrade_net_proto_text", "a"), 1, "net_proto_file_out"),
    ],
)
def test_exit_statuses(
    here: Path, owltf: Owltf, words: tuple[str, ...], status: int, told: str
) -> None:
    result = owltf("caffe-tool", *words)
    assert (result.exit_code, told in result.output) == (status, True), result.output
    if status == 134:
        assert result.stderr.splitlines()[-1].startswith("F")


def test_all_of_a_log_goes_to_the_standard_error(owltf: Owltf) -> None:
    result = owltf("caffe-tool", "caffe", "device_query")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith("caffe.cpp:1] Querying GPUs \n")


def test_no_such_program(refused: Callable[..., str]) -> None:
    assert "there is no program train_net; those there are: caffe," in refused(
        "caffe-tool", "train_net"
    )
