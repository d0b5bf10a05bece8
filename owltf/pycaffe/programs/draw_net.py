"""draw_net.py: draws a net."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from owltf.caffe.file_kind import NET
from owltf.caffe.net.net_file import open_net_file
from owltf.errors import OwltfError
from owltf.pycaffe.draw import draw_net_to_file
from owltf.pycaffe.programs.one_line import one_line_errors
from owltf.pycaffe.settings import PHASES, SETTINGS


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the net that the command line names."""
    parser = ArgumentParser("draw_net.py", description="Draws a net.")
    add = parser.add_argument
    add("input_net_proto_file", help="the net's prototxt, of any generation")
    add("output_image_file", help="the picture; its ending says the format")
    add("--rankdir", default="LR", help="the direction: LR, RL, TB or BT (default: LR)")
    add("--phase", default="ALL", choices=(*PHASES, "ALL"), help="the layers of one phase alone")
    add("--display_lrm", action="store_true", help="show the factors on the learning rate")
    given = parser.parse_args(arguments)
    with one_line_errors("draw_net.py"):
        path = Path(given.output_image_file)
        if not path.suffix:
            raise OwltfError(f"{path}: the ending says the format, such as .png")
        file = open_net_file(given.input_net_proto_file, SETTINGS.registry.schema, wanted=NET)
        print(f"Drawing net to {path}")
        phase = None if given.phase == "ALL" else PHASES.index(given.phase)
        draw_net_to_file(file.read.parameter, str(path), given.rankdir, phase, given.display_lrm)


if __name__ == "__main__":
    main(sys.argv[1:])
