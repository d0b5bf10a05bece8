"""Tests of what plugins bring, and of two that bring one name."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from plugin_modules import plugin

from owltf.convert.converter import LayerConverter
from owltf.errors import FieldError, OwltfError
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry


def converter(caffe_type: str) -> type[LayerConverter]:
    """A new converter of that type."""
    body = {"caffe_type": caffe_type, "build": lambda self, layer, bottom: bottom}
    return type(caffe_type, (LayerConverter,), body)


def with_converters(*types: type[LayerConverter]) -> ModuleType:
    return plugin(owltf_layer_converters=lambda: types)


def registry(**plugins: ModuleType) -> Registry:
    manager = make_manager()
    for name, module in plugins.items():
        manager.register(module, name)
    return Registry(manager)


def test_the_built_in_tables_are_gathered() -> None:
    known = registry()
    assert {"Convolution", "ReLU", "SoftmaxWithLoss", "Input"} <= set(known.converters)
    assert {"constant", "xavier"} <= set(known.fillers)
    assert known.schema.message("NetParameter")().name == ""


def taken(known: Registry, caffe_type: str) -> type:
    """The class that takes a layer without fields."""
    return type(known.converter(known.schema.message("LayerParameter")(type=caffe_type)))


def test_a_plugins_converter_joins_the_built_in_ones() -> None:
    mine = converter("Mine")
    assert taken(registry(mine=with_converters(mine)), "Mine") is mine
    assert taken(registry(), "Mine") is type(None)


def test_an_installed_plugin_replaces_a_built_in() -> None:
    mine = converter("ReLU")
    assert taken(registry(mine=with_converters(mine)), "ReLU") is mine


def test_a_replacement_is_found_whichever_plugin_is_asked_first() -> None:
    mine = converter("ReLU")
    manager = make_manager(["owltf.layers"])
    manager.register(with_converters(mine), "mine")
    manager.unblock("owltf.layers")
    manager.register(with_converters(converter("ReLU")), "owltf.layers")
    assert taken(Registry(manager), "ReLU") is mine


@pytest.mark.parametrize("caffe_type", ["ReLU", "Mine"])
def test_two_plugins_for_one_type_are_an_error_that_names_both(caffe_type: str) -> None:
    known = registry(
        mine=with_converters(converter(caffe_type)),
        yours=with_converters(converter(caffe_type)),
    )
    with pytest.raises(OwltfError) as raised:
        taken(known, caffe_type)
    told = str(raised.value)
    assert f"several plugins convert {caffe_type} layers, and more than one takes one" in told
    assert "mine (" in told
    assert "yours (" in told


@pytest.mark.parametrize(
    ("hook", "table", "message"),
    [
        ("owltf_fillers", "fillers", "two plugins bring the filler same: "),
        ("owltf_learning_rates", "learning_rates", "two plugins bring the lr_policy same: "),
    ],
)
def test_two_plugins_for_one_name_are_an_error(hook: str, table: str, message: str) -> None:
    def bring() -> dict[str, Callable[..., Any]]:
        return {"same": print}

    known = registry(mine=plugin(**{hook: bring}), yours=plugin(**{hook: bring}))
    with pytest.raises(OwltfError, match=message):
        getattr(known, table)


@pytest.mark.parametrize(
    ("hook", "table", "does"),
    [
        ("owltf_data_layers", "data_layers", "read Same layers"),
        ("owltf_solvers", "solvers", "bring the solver Same"),
    ],
)
def test_two_plugins_for_one_class_are_an_error(hook: str, table: str, does: str) -> None:
    class Same:
        caffe_type = "Same"

    bring = plugin(**{hook: lambda: [Same]})
    known = registry(mine=bring, yours=plugin(**{hook: lambda: [Same]}))
    with pytest.raises(OwltfError, match=f"two plugins {does}: "):
        getattr(known, table)


def test_plugins_check_a_solver_and_a_wrong_field_keeps_its_name() -> None:
    def refuse(solver: Any) -> dict[str, str]:
        raise FieldError("delta", f"delta is {solver}")

    fine = plugin(owltf_check_solver=lambda test_nets: {"delta": f"{test_nets} nets"})
    given = {"solver": 3, "test_nets": 2}
    assert list(registry(fine=fine).solver_checks(**given)) == [{"delta": "2 nets"}]
    with pytest.raises(FieldError, match="delta is 3") as raised:
        list(registry(wrong=plugin(owltf_check_solver=refuse)).solver_checks(**given))
    assert raised.value.field == "delta"


def test_the_numbers_of_forks_are_gathered_by_type() -> None:
    one = plugin(owltf_fork_numbers=lambda: {"Fold": {143: 543}, "Bend": {1: 2}})
    two = plugin(owltf_fork_numbers=lambda: {"Fold": {144: 544}})
    schema = registry(one=one, two=two).schema
    assert schema.fork_numbers("Fold") == {143: 543, 144: 544}
    assert schema.fork_numbers("ReLU") == {}
