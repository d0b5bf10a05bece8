"""Each layer writes itself: ours, Keras's and a stranger's; no class is known by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest
from owltf_exporter.keras_source.program import program_of
from strange_layer import check_program, exported

from owltf.api import OwltfError, SourceCall
from owltf.testing import LAYER

AFFINE = '''
class Affine(layers.Layer):
    """x * gain."""

    def build(self, input_shape):
        self.gain = self.add_weight(shape=(input_shape[-1],), name="gain")

    def call(self, x):
        return x * self.gain
'''


class Gain(keras.layers.Layer):
    """x * gain, its weight under a name of its own."""

    def build(self, input_shape: Any) -> None:
        self.factor = self.add_weight(name="factor", shape=(input_shape[-1],))

    def call(self, inputs: Any) -> Any:
        return inputs * self.factor


class Affine(Gain):
    """A stranger's class that is called as one of ours; it needs a text that is so too."""

    def source(self, call: SourceCall) -> str:
        call.need(AFFINE)
        return call.layer_call("Affine")

    def source_weights(self) -> dict[str, Any]:
        return {"gain": self.factor.numpy()}


class Conv(Gain):
    """Another, which says nothing of its source."""


class Dense(keras.layers.Dense):
    """One that computes something else than the class of Keras's that it is called as."""

    def call(self, inputs: Any, training: Any = None) -> Any:
        return 2 * super().call(inputs)


class NoExpression(Gain):
    """One whose source is a statement."""

    def source(self, call: SourceCall) -> str:
        return "0\nimport os"


class TakesTheName(Gain):
    """One whose text has a function of the program's own name."""

    def source(self, call: SourceCall) -> str:
        call.need("def load(x):\n    return x\n")
        return f"load({call.x})"


def test_a_strangers_layer_is_written_by_its_own_source(tmp_path: Path) -> None:
    text = check_program(exported(Affine), tmp_path)
    assert AFFINE in text
    assert '    layer = Affine(name="layer")(bottom0)\n' in text


def test_one_without_a_source_is_refused_by_class_and_layer() -> None:
    with pytest.raises(OwltfError) as error:
        program_of(exported(Gain))
    assert str(error.value) == (
        f"--format python has no plain Keras for Strange layer '{LAYER}' (<text>:2): its class "
        f"{__name__}.Gain has no method `source`"
    )


@pytest.mark.parametrize("kind", [Conv, Dense])
def test_a_name_of_ours_or_of_kerass_is_no_source(kind: type) -> None:
    config = {"units": 2} if kind is Dense else {}
    with pytest.raises(OwltfError, match=rf"{kind.__name__} has no method `source`"):
        program_of(exported(kind, **config))


def test_two_texts_of_one_name_are_refused() -> None:
    more = 'layer { name: "ours" type: "Scale" bottom: "top0" top: "scaled" }'
    with pytest.raises(OwltfError, match=r"Scale layer 'ours' .* needs a 'Affine' that is not the"):
        program_of(exported(Affine, more=more))


def test_a_text_with_a_name_of_the_programs_is_refused() -> None:
    with pytest.raises(OwltfError, match="needs a 'load' that is not the one of other layers or"):
        program_of(exported(TakesTheName))


def test_a_source_that_is_no_expression_is_refused() -> None:
    with pytest.raises(OwltfError, match=r"NoExpression.source gives no expression: '0\\nimport"):
        program_of(exported(NoExpression))
