"""classify.py: tells the classes of images."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import owltf.pycaffe as caffe
from owltf.files.atomic import atomic_outputs
from owltf.pycaffe.programs.image_net import add_options, image_steps
from owltf.pycaffe.programs.one_line import one_line_errors

_SHOWN = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Classify what the command line names, and save the probabilities."""
    given = _parser().parse_args(arguments)
    with one_line_errors("classify.py"):
        _classify(given)


def _parser() -> ArgumentParser:
    parser = ArgumentParser("classify.py", description="Tells the classes of images.")
    parser.add_argument("input_file", help="an image, a folder, or a .npy file of images")
    parser.add_argument("output_file", help="the .npy file of the probabilities")
    add_options(parser)
    add = parser.add_argument
    add("--center_only", action="store_true", help="take the centre alone, not ten crops' mean")
    add("--images_dim", default="256,256", help="the height,width that images are resized to")
    add("--ext", default="jpg", help="the ending of the images in a folder")
    add("--labels_file", default="data/ilsvrc12/synset_words.txt", help="the classes, one a line")
    add("--print_results", action="store_true", help="print the five likeliest classes, too")
    return parser


def _classify(given: Namespace) -> None:
    size = [int(each) for each in given.images_dim.split(",")]
    steps = image_steps(given)
    inputs = _inputs(Path(given.input_file).expanduser(), given.ext)
    classifier = caffe.Classifier(given.model_def, given.pretrained_model, image_dims=size, **steps)
    print(f"Classifying {len(inputs)} inputs.")
    start = time.perf_counter()
    found = classifier.predict(inputs, not given.center_only)
    print(f"Done in {time.perf_counter() - start:.2f} s.")
    if given.print_results:
        print(_best(found[0], Path(given.labels_file)))
    # NumPy adds the ending where it is missing.
    target = Path(given.output_file)
    target = target if target.suffix == ".npy" else Path(f"{target}.npy")
    print(f"Saving results into {target}")
    with atomic_outputs(target) as path, path.open("wb") as file:
        np.save(file, found)


def _inputs(path: Path, ending: str) -> Any:
    print(f"Loading {'folder' if path.is_dir() else 'file'}: {path}")
    if path.suffix == ".npy":
        return np.asarray(np.load(path, allow_pickle=False))
    if not path.is_dir():
        return [caffe.io.load_image(str(path))]
    files = sorted(path.glob(f"*.{ending}"))
    if not files:
        raise FileNotFoundError(f"{path}: no file ends in .{ending}; --ext gives another ending")
    return [caffe.io.load_image(str(file)) for file in files]


def _best(found: Any, file: Path) -> list[tuple[str, str]]:
    """Return the likeliest classes; a line of the file is an id, a blank and names."""
    lines = sorted(file.read_text().splitlines())
    names = [line.partition(" ")[2].split(",")[0] or line for line in lines]
    return [
        (names[index] if index < len(names) else str(index), f"{found[index]:.5f}")
        for index in np.argsort(-found)[:_SHOWN]
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
