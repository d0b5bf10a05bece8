"""Builds small nets for tests, with the plugins that a test names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from owltf.caffe.file_kind import NET
from owltf.caffe.net.input_shapes import Shapes, with_input_shapes
from owltf.caffe.net.net_file import NetFile, open_net_file
from owltf.caffe.net.read import net_from_text
from owltf.convert.context import NetContext
from owltf.net.net import Net
from owltf.net.solver_nets import build_source
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry
from owltf.testing.cpu_devices import ask_for_cpus

LAYER = "layer"

# TensorFlow fixes its devices at its first operation, and a test's module may run one as soon as
# its imports are done.
ask_for_cpus(2)

_registry: ContextVar[Registry | None] = ContextVar("registry", default=None)


@contextmanager
def use_plugins(*plugins: Any) -> Iterator[Registry]:
    """Let the functions of `owltf.testing` use plugins that are not installed.

    Args:
        *plugins: modules that implement hooks, beside the installed ones.

    Yields:
        The registry of all plugins, for `owltf.api.load_net(..., registry=registry)`.
    """
    manager = make_manager()
    for plugin in plugins:
        # An installed one is known already.
        if not manager.is_registered(plugin):
            manager.register(plugin)
    manager.check_pending()
    with _using(Registry(manager)) as registry:
        yield registry


@contextmanager
def _using(registry: Registry) -> Iterator[Registry]:
    token = _registry.set(registry)
    try:
        yield registry
    finally:
        _registry.reset(token)


def fixed_plugins() -> AbstractContextManager[Registry]:
    """Return a context in which plugins are searched for once, instead of for each net."""
    return _using(_current())


def _current() -> Registry:
    return _registry.get() or Registry(make_manager())


def net_of(net: str | Path, phase: str = "TEST") -> Net:
    """Return the net of a prototxt, given as a path or as text."""
    return net_of_shapes(net, phase, {})


def net_of_shapes(net: str | Path, phase: str, shapes: Shapes) -> Net:
    """Return the net of a prototxt whose inputs, by name, have other shapes."""
    registry = _current()
    source = with_input_shapes(_opened(net, registry).source(phase), shapes)
    return build_source(source, NetContext(registry, phase, folder=source.folder))


def _opened(net: str | Path, registry: Registry) -> NetFile:
    if isinstance(net, str) and "{" in net:
        return NetFile(net_from_text(net, registry.schema), registry.schema)
    return open_net_file(net, registry.schema, wanted=NET)


def layer_parameter(net: Net) -> Any:
    """Return the `LayerParameter` of the layer named `layer`."""
    return next(each.parameter for each in net.graph.layers if each.name == LAYER)


def bottom_names(net: Net) -> list[str]:
    """Return the names of the layer's bottoms."""
    return list(layer_parameter(net).bottom)


def title(net: Net) -> str:
    """Return the tested layer in words, for messages."""
    return f"{layer_parameter(net).type} layer '{LAYER}'"


def one_layer(fields: str, *shapes: Sequence[int], tops: int = 1) -> str:
    """Return the prototxt of a net that has inputs and one layer named `layer`.

    Args:
        fields: the fields of the layer beside its name, bottoms and tops.
        *shapes: the shape of each bottom: `bottom0`, `bottom1`, ...
        tops: how many tops: `top0`, `top1`, ...
    """
    inputs = [_input(f"bottom{index}", shape) for index, shape in enumerate(shapes)]
    bottoms = " ".join(f'bottom: "bottom{index}"' for index in range(len(shapes)))
    names = " ".join(f'top: "top{index}"' for index in range(tops))
    return "\n".join([*inputs, f'layer {{ name: "{LAYER}" {fields} {bottoms} {names} }}'])


def _input(name: str, shape: Sequence[int]) -> str:
    sizes = " ".join(f"dim: {size}" for size in shape)
    param = f"input_param {{ shape {{ {sizes} }} }}"
    return f'layer {{ name: "{name}" type: "Input" top: "{name}" {param} }}'
