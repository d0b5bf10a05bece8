"""caffe.draw: a net's layers and blobs as a picture, by Graphviz's `dot` where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from owltf.caffe.net.filter import NetState
from owltf.files.atomic import atomic_outputs
from owltf.pycaffe.graph_picture import draw_graph
from owltf.pycaffe.proto import caffe_pb2
from owltf.pycaffe.settings import PHASES

LAYER_STYLE_DEFAULT = {"shape": "record", "fillcolor": "#6495ED", "style": "filled"}
NEURON_LAYER_STYLE = {"shape": "record", "fillcolor": "#90EE90", "style": "filled"}
BLOB_STYLE = {"shape": "octagon", "fillcolor": "#E0E0E0", "style": "filled"}
_COLOURS = {"Convolution": "#FF5050", "Deconvolution": "#FF5050", "Pooling": "#FF9900"}
_COLOURS["InnerProduct"] = "#CC33FF"
_WINDOWS = {"Convolution": "convolution_param", "Deconvolution": "convolution_param"}
_WINDOWS["Pooling"] = "pooling_param"
_TEXTS = ("dot", "gv", "raw")


@dataclass(frozen=True)
class Node:
    """A box of the picture.

    Attributes:
        name: its name, which no other has.
        label: the lines of its text.
        style: Graphviz's attributes.
    """

    name: str
    label: str
    style: Mapping[str, str]


@dataclass(frozen=True)
class Edge:
    """An arrow of the picture, from a node to another, with a label or none."""

    start: str
    end: str
    label: str = ""


def get_pooling_types_dict() -> dict[int, str]:
    """Return the names of the pooling methods by their numbers."""
    methods = caffe_pb2.PoolingParameter.PoolMethod
    return {number: name for name, number in methods.items()}


def get_layer_lr_mult(layer: Any) -> list[float]:
    """Return the factors on the learning rate that a layer's parameters have, 1 if none is set."""
    return [spec.lr_mult for spec in layer.param] or [1.0]


def get_layer_label(layer: Any, rankdir: str, display_lrm: bool = False) -> str:
    """Return the text of a layer's box.

    Args:
        layer: the `LayerParameter`.
        rankdir: the direction of the picture; "TB" and "BT" get one line.
        display_lrm: whether to show the factors on the learning rate.
    """
    separator = " " if rankdir in ("TB", "BT") else "\n"
    parts = [layer.name, f"({layer.type})", *_window(layer)]
    if display_lrm and layer.type in ("Convolution", "Deconvolution", "InnerProduct"):
        factors = "/".join(f"{factor:g}" for factor in get_layer_lr_mult(layer))
        parts.append(f"lr mult: {factors}")
    return separator.join(parts)


def _window(layer: Any) -> Iterator[str]:
    if layer.type not in _WINDOWS:
        return
    param = getattr(layer, _WINDOWS[layer.type])
    if layer.type == "Pooling":
        yield get_pooling_types_dict()[param.pool]
    for name, default in (("kernel_size", 1), ("stride", 1), ("pad", 0)):
        yield f"{name.replace('_', ' ')}: {_size(param, name, default)}"


def _size(param: Any, name: str, default: int) -> str:
    short = name.removesuffix("_size")
    sides = [f"{short}_{side}" for side in "hw"]
    if any(param.HasField(side) for side in sides):
        return "x".join(str(getattr(param, side)) for side in sides)
    value = getattr(param, name)
    values = list(value) if hasattr(value, "append") else [value] if param.HasField(name) else []
    return "x".join(map(str, values)) or str(default)


def choose_color_by_layertype(layertype: str) -> str:
    """Return the colour of the box of a layer."""
    return _COLOURS.get(layertype, LAYER_STYLE_DEFAULT["fillcolor"])


def get_edge_label(layer: Any) -> str:
    """Return the text of the arrow to a layer's top: the number of its outputs or its batch."""
    if layer.type == "Data":
        return f"Batch {layer.data_param.batch_size}"
    if layer.type in ("Convolution", "Deconvolution"):
        return str(layer.convolution_param.num_output)
    return str(layer.inner_product_param.num_output) if layer.type == "InnerProduct" else ""


def graph_of(
    caffe_net: Any, rankdir: str, label_edges: bool, phase: int | None, display_lrm: bool
) -> tuple[list[Node], list[Edge]]:
    """Return the boxes and arrows of a net.

    Args:
        caffe_net: the `NetParameter`.
        rankdir: the direction of the picture.
        label_edges: whether arrows have labels.
        phase: `caffe.TRAIN` or `caffe.TEST`, to leave out the layers of the other; None for all.
        display_lrm: whether to show the factors on the learning rate.
    """
    nodes: dict[str, Node] = {}
    edges = []
    for layer in caffe_net.layer:
        if not _is_in(layer, phase):
            continue
        name = f"{layer.name}_{layer.type}"
        nodes[name] = Node(name, get_layer_label(layer, rankdir, display_lrm), _style(layer))
        for blob in (*layer.bottom, *layer.top):
            nodes.setdefault(f"{blob}_blob", Node(f"{blob}_blob", blob, BLOB_STYLE))
        edges += [Edge(f"{blob}_blob", name) for blob in layer.bottom]
        label = get_edge_label(layer) if label_edges else ""
        edges += [Edge(name, f"{blob}_blob", label) for blob in layer.top]
    return list(nodes.values()), edges


def _style(layer: Any) -> Mapping[str, str]:
    if len(layer.bottom) == 1 and list(layer.bottom) == list(layer.top):
        return NEURON_LAYER_STYLE
    return {**LAYER_STYLE_DEFAULT, "fillcolor": choose_color_by_layertype(layer.type)}


def _is_in(layer: Any, phase: int | None) -> bool:
    if phase is None:
        return True
    state = NetState(PHASES[phase])
    if layer.include:
        return any(state.meets(rule) for rule in layer.include)
    return not any(state.meets(rule) for rule in layer.exclude)


def get_pydot_graph(
    caffe_net: Any,
    rankdir: str,
    label_edges: bool = True,
    phase: int | None = None,
    display_lrm: bool = False,
) -> Any:
    """Return a net's picture as a `pydot.Dot`.

    Raises:
        ImportError: if pydot is not installed.
    """
    import pydot

    graph = graph_of(caffe_net, rankdir, label_edges, phase, display_lrm)
    return pydot.graph_from_dot_data(_text(caffe_net.name, rankdir, *graph))[0]


def draw_net(
    caffe_net: Any,
    rankdir: str,
    ext: str = "png",
    phase: int | None = None,
    display_lrm: bool = False,
) -> bytes:
    """Return the picture of a net.

    Args:
        caffe_net: the `NetParameter`.
        rankdir: the direction: "LR", "RL", "TB" or "BT".
        ext: the format's ending: png, jpg, or with Graphviz any other; dot is its input.
        phase: `caffe.TRAIN` or `caffe.TEST`, to leave out the layers of the other.
        display_lrm: whether to show the factors on the learning rate.

    Raises:
        RuntimeError: if the format needs Graphviz, and it is absent or fails.
    """
    nodes, edges = graph_of(caffe_net, rankdir, True, phase, display_lrm)
    text = _text(caffe_net.name, rankdir, nodes, edges)
    if ext in _TEXTS:
        return text.encode()
    if shutil.which("dot") is None:
        return draw_graph(nodes, edges, rankdir, ext)
    done = subprocess.run(
        ["dot", f"-T{ext}"], input=text.encode(), capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"dot -T{ext}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def draw_net_to_file(
    caffe_net: Any,
    filename: str,
    rankdir: str = "LR",
    phase: int | None = None,
    display_lrm: bool = False,
) -> None:
    """Write the picture of a net to a file, in the format that its ending says."""
    picture = draw_net(caffe_net, rankdir, Path(filename).suffix[1:], phase, display_lrm)
    with atomic_outputs(Path(filename)) as path:
        path.write_bytes(picture)


def _text(name: str, rankdir: str, nodes: list[Node], edges: list[Edge]) -> str:
    """Return the picture in Graphviz's language."""
    lines = [f"digraph {_quoted(name or 'Net')} {{", f"rankdir={_quoted(rankdir)};"]
    for node in nodes:
        style = {**node.style, "label": node.label}
        lines.append(f"{_quoted(node.name)} [{_attributes(style)}];")
    for edge in edges:
        label = f" [{_attributes({'label': edge.label})}]" if edge.label else ""
        lines.append(f"{_quoted(edge.start)} -> {_quoted(edge.end)}{label};")
    return "\n".join([*lines, "}", ""])


def _attributes(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={_quoted(value)}" for name, value in values.items())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
