"""detect.py: tells the classes of windows of images."""

from __future__ import annotations

import csv
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import owltf.pycaffe as caffe
from owltf.errors import OwltfError
from owltf.files.atomic import atomic_outputs
from owltf.pycaffe.programs.image_net import add_options, image_steps
from owltf.pycaffe.programs.one_line import one_line_errors

COORD_COLS = ("ymin", "xmin", "ymax", "xmax")


def main(arguments: Sequence[str] | None = None) -> None:
    """Classify the windows that the command line names, and save what is found."""
    given = _parser().parse_args(arguments)
    with one_line_errors("detect.py"):
        _detect(given)


def _parser() -> ArgumentParser:
    parser = ArgumentParser("detect.py", description="Tells the classes of windows of images.")
    add = parser.add_argument
    add(
        "input_file",
        help="a .txt with a file on each line, or a .csv: filename,ymin,xmin,ymax,xmax",
    )
    add("output_file", help="what is found, .csv or .h5")
    add_options(parser)
    modes = ("list", "selective_search")
    add("--crop_mode", default=modes[1], choices=modes, help="where the windows come from")
    context = "pixels of the net's input, on each side, that show what is around a window"
    add("--context_pad", type=int, default=16, help=context)
    return parser


def _detect(given: Namespace) -> None:
    ending = Path(given.output_file).suffix.lower()
    if ending not in (".csv", ".h5"):
        raise OwltfError(f"{given.output_file}: a file of results ends in .csv or .h5")
    pandas = _pandas() if ending == ".h5" else None
    steps = image_steps(given)
    detector = caffe.Detector(
        given.model_def, given.pretrained_model, **steps, context_pad=given.context_pad
    )
    print("Loading input...")
    start = time.perf_counter()
    if given.crop_mode == "list":
        found = detector.detect_windows(list(_windows(Path(given.input_file)).items()))
    else:
        files = [line.strip() for line in Path(given.input_file).read_text().splitlines()]
        found = detector.detect_selective_search([file for file in files if file])
    print(f"Processed {len(found)} windows in {time.perf_counter() - start:.3f} s.")
    start = time.perf_counter()
    with atomic_outputs(Path(given.output_file)) as path:
        _save_frame(pandas, found, path) if pandas else _save_table(found, path)
    print(f"Saved to {given.output_file} in {time.perf_counter() - start:.3f} s.")


def _windows(file: Path) -> dict[str, list[Any]]:
    """Return the windows of each image of a table with a head."""
    if file.suffix.lower() != ".csv":
        raise OwltfError(f"{file}: --crop_mode list needs a .csv of windows")
    windows: dict[str, list[Any]] = {}
    with file.open(newline="") as lines:
        table = csv.DictReader(lines, skipinitialspace=True)
        missing = {"filename", *COORD_COLS} - set(table.fieldnames or ())
        if missing:
            raise OwltfError(f"{file}: the head lacks {', '.join(sorted(missing))}")
        for row in table:
            box = np.array([int(float(row[name])) for name in COORD_COLS])
            windows.setdefault(row["filename"], []).append(box)
    return windows


def _rows(found: Sequence[dict[str, Any]]) -> Iterator[list[Any]]:
    for each in found:
        scores = np.ravel(each["prediction"]).tolist()
        yield [each["filename"], *map(int, each["window"]), *scores]


def _save_table(found: Sequence[dict[str, Any]], path: Path) -> None:
    classes = np.size(found[0]["prediction"]) if found else 0
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["filename", *COORD_COLS, *(f"class{index}" for index in range(classes))])
        writer.writerows(_rows(found))


def _pandas() -> Any:
    try:
        import pandas
        import tables  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"results in .h5 need pandas and tables ({error}): pip install pandas tables; "
            "or ask for .csv"
        ) from error
    return pandas


def _save_frame(pandas: Any, found: Sequence[dict[str, Any]], path: Path) -> None:
    columns = {
        "filename": [each["filename"] for each in found],
        "prediction": [np.ravel(each["prediction"]) for each in found],
    }
    for index, name in enumerate(COORD_COLS):
        columns[name] = [int(each["window"][index]) for each in found]
    pandas.DataFrame(columns).set_index("filename").to_hdf(path, key="df", mode="w")


if __name__ == "__main__":
    main(sys.argv[1:])
