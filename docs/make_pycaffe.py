"""Writes the table of pycaffe's names in docs/pycaffe.md, from what owltf.pycaffe has of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from owltf.plugin.manager import SWITCH

OUT = Path(__file__).parent / "pycaffe.md"
BEGIN, END = "<!-- made by docs/make_pycaffe.py -->\n", "<!-- end -->\n"
_SOLVER = """apply_update iter net param restore share_weights snapshot solve step test_nets
    add_callback"""
# The public names of pycaffe in Caffe 1.0, by what has them.
NAMES = {
    "caffe": """AdaDeltaSolver AdaGradSolver AdamSolver Classifier Detector Layer NCCL Net NetSpec
        NesterovSolver RMSPropSolver SGDSolver TEST TRAIN Timer __version__ get_solver has_nccl
        init_log io layer_type_list layers log params proto set_device set_mode_cpu set_mode_gpu
        set_multiprocess set_random_seed set_solver_count set_solver_rank solver_count solver_rank
        to_proto""",
    "caffe.Net": """after_backward after_forward backward before_backward before_forward
        blob_loss_weights blobs bottom_names clear_param_diffs copy_from forward forward_all
        forward_backward_all inputs layer_dict layers load_hdf5 outputs params reshape save
        save_hdf5 set_input_arrays share_with top_names""",
    "caffe.Blob": "channels count data diff height num reshape shape width",
    "caffe.Layer": "backward blobs forward param_str phase reshape setup type",
    "caffe.Timer": "ms start stop",
    "caffe.NCCL": "bcast new_uid",
    "caffe.SGDSolver": _SOLVER,
    "caffe.Classifier": "predict",
    "caffe.Detector": "configure_crop crop detect_selective_search detect_windows",
    "caffe.io": """Transformer array_to_blobproto array_to_datum arraylist_to_blobprotovector_str
        blobproto_to_array blobprotovector_str_to_arraylist caffe_pb2 datum_to_array load_image
        oversample resize_image""",
    "caffe.io.Transformer": """deprocess preprocess set_channel_swap set_input_scale set_mean
        set_raw_scale set_transpose""",
    "caffe.net_spec": "Function NetSpec Top assign_proto layers param_name_dict params to_proto",
    "caffe.NetSpec": "items keys to_proto update vals",
    "caffe.coord_map": """AxisMismatchException UndefinedMapException compose conv_params coord_map
        coord_map_from_to crop crop_params inverse""",
    "caffe.draw": """choose_color_by_layertype draw_net draw_net_to_file get_edge_label
        get_layer_label get_layer_lr_mult get_pooling_types_dict get_pydot_graph""",
    "caffe.proto": "caffe_pb2",
}
# What is not as in pycaffe.
NOTES = {
    "caffe.set_mode_gpu": "where TensorFlow has no GPU, nets compute on the CPU, with a warning",
    "caffe.set_device": "without effect where TensorFlow has no GPU",
    "caffe.set_solver_count": "solvers and `NCCL` refuse more than 1; `owltf run` takes more",
    "caffe.has_nccl": "False",
    "caffe.NCCL": "of one process: there is nothing to sum up",
    "caffe.init_log": "without effect",
    "caffe.Net.layers": "a Python layer's object is behind the one that is listed",
    "caffe.Net.copy_from": "reads every form of caffemodel that owltf does, HDF5 too",
    "caffe.Net.set_input_arrays": "takes labels of any shape",
    "caffe.SGDSolver.test_nets": "have the weights of `net` from the beginning",
    "caffe.SGDSolver.snapshot": "two files or none",
    "caffe.SGDSolver.add_callback": "an `NCCL` is taken, and does nothing",
    "caffe.Detector.detect_selective_search": "needs `selective_search_ijcv_with_python`, too",
    "caffe.io.resize_image": "an order above 1 needs SciPy",
    "caffe.io.load_image": "by OpenCV",
    "caffe.draw.draw_net": "without Graphviz a plain picture, in png, jpg and the like",
    "caffe.draw.get_pydot_graph": "needs pydot",
}


def main() -> None:
    """Write the table into the document."""
    os.environ[SWITCH] = "none"
    OUT.write_text(document(OUT.read_text()))
    print(OUT)


def document(text: str) -> str:
    """Return the document with the table as it should be."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}{''.join(table())}{END}{rest.split(END)[1]}"


def table() -> Iterator[str]:
    """Yield the lines of the table."""
    yield "| name | state |\n|---|---|\n"
    for owner, names in NAMES.items():
        plain = [name for name in names.split() if f"{owner}.{name}" not in NOTES]
        missing = [name for name in names.split() if not _has(owner, name)]
        yield f"| `{owner}`: {', '.join(f'`{name}`' for name in plain)} | as in pycaffe |\n"
        for name in names.split():
            if note := NOTES.get(f"{owner}.{name}"):
                yield f"| `{owner}.{name}` | {note} |\n"
        if missing:
            yield f"| `{owner}`: {', '.join(missing)} | missing |\n"


def _has(owner: str, name: str) -> bool:
    found = _object(owner)
    annotations = {key for each in getattr(found, "__mro__", ()) for key in _annotations(each)}
    return hasattr(found, name) or name in annotations or name in _set_in_init(found)


def _object(owner: str) -> Any:
    _, *rest = owner.split(".")
    found: Any = import_module("owltf.pycaffe")
    for name in rest:
        try:
            found = getattr(found, name)
        except AttributeError:
            found = import_module(f"{found.__name__}.{name}")
    return found


def _annotations(kind: Any) -> Any:
    return getattr(kind, "__annotations__", {})


def _set_in_init(kind: Any) -> set[str]:
    """Return the attributes that a class or its bases set when an object is made."""
    codes = (getattr(each.__dict__.get("__init__"), "__code__", None) for each in _bases(kind))
    return {name for code in codes if code for name in code.co_names}


def _bases(kind: Any) -> Any:
    return getattr(kind, "__mro__", ())


if __name__ == "__main__":
    main()
