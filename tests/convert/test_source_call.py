"""Which Keras layers of ours can write themselves in plain Keras."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import keras
import pytest

import owltf.layers
import owltf.net
from owltf.convert import axis_zero, blob  # noqa: F401
from owltf.convert.source_call import SourceCall, plain_source

# Of a net that is served none of these is left, or plain Keras has nothing that does the same.
WITHOUT = {
    "Contrastive": "a loss",
    "EqualSizes": "its inputs are checked while sizes are open",
    "HalfSquaredDistance": "a loss",
    "Hinge": "a loss",
    "Infogain": "a loss",
    "LocalResponseNorm": "a base class",
    "LogLikelihood": "a loss",
    "ObjectiveTerm": "of a loss",
    "Pool2D": "a base class",
    "Probabilities": "of a loss",
    "PythonCall": "the user's code",
    "ScaledNormalization": "it is in models of training passes alone",
    "SigmoidCrossEntropy": "a loss",
    "SoftmaxCrossEntropy": "a loss",
    "TopKAccuracy": "a metric",
    "Writer": "it writes a file",
}


def layer_classes() -> list[type]:
    """Return the Keras layer classes of owltf."""
    for package in (owltf.layers, owltf.net):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    ours = {each for each in subclasses(keras.layers.Layer) if each.__module__.startswith("owltf.")}
    return sorted(
        (each for each in ours if not issubclass(each, keras.Model)), key=lambda each: each.__name__
    )


def subclasses(kind: type) -> Iterator[type]:
    """Yield the subclasses of a class, theirs too."""
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


CLASSES = layer_classes()


def test_layers_without_a_source_are_known() -> None:
    assert {each.__name__ for each in CLASSES if not hasattr(each, "source")} == WITHOUT.keys()


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_source_takes_a_call(kind: type) -> None:
    if hasattr(kind, "source"):
        signature = inspect.signature(kind.source, eval_str=True)
        assert list(signature.parameters) == ["self", "call"]
        assert signature.parameters["call"].annotation is SourceCall
        assert signature.return_annotation is str


def hinted(x: Any) -> Any:
    """Return what it is given."""
    return x


def test_copied_functions_are_without_hints() -> None:
    text = plain_source(hinted)
    compile(text, "hinted", "exec")
    assert "Any" not in text
