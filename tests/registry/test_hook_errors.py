"""Errors of plugins' hooks, in one line."""

from __future__ import annotations

from typing import Any

import pluggy
import pytest
from plugin_modules import plugin

from owltf.errors import OwltfError
from owltf.plugin.manager import make_manager
from owltf.registry.hook_errors import HookError, hook_error, one_line, remedy
from owltf.registry.markers import hookimpl


def raising(error: BaseException) -> Any:
    def command(commands: object) -> None:
        raise error

    return plugin(owltf_add_command=command)


def called(*plugins: tuple[Any, str]) -> None:
    manager = make_manager()
    for each, name in plugins:
        manager.register(each, name)
    manager.hook.owltf_add_command(commands=__import__("click").Group())


def test_the_plugin_and_the_hook_are_named() -> None:
    fine, other = (plugin(owltf_add_command=lambda commands: None) for _ in range(2))
    with pytest.raises(HookError) as raised:
        called((fine, "fine"), (raising(ValueError("a\nb")), "mine"), (other, "other"))
    assert str(raised.value) == (
        "plugin 'mine' fails in owltf_add_command: ValueError: a b; "
        "repair it, or leave it out with --disable-plugin mine"
    )
    assert isinstance(raised.value.__cause__, ValueError)


def test_a_users_mistake_keeps_its_words() -> None:
    with pytest.raises(HookError) as raised:
        called((raising(OwltfError("log.csv: no such folder")), "mine"))
    assert str(raised.value) == "log.csv: no such folder"


def test_a_wrapper_is_named_too() -> None:
    class Wrapper:
        @hookimpl(wrapper=True)
        def owltf_add_command(self) -> Any:
            result = yield
            raise ValueError("too late")
            return result

    with pytest.raises(HookError, match="plugin 'mine' fails in owltf_add_command: ValueError"):
        called((Wrapper(), "mine"))


@pytest.mark.parametrize(
    ("error", "name"), [(KeyError("x"), "owltf.report"), (KeyboardInterrupt(), "mine")]
)
def test_others_are_left_as_they_are(error: BaseException, name: str) -> None:
    with pytest.raises(type(error)) as raised:
        called((raising(error), name))
    assert raised.value is error


def test_what_no_plugin_raised_is_left_as_it_is() -> None:
    """pluggy itself refuses a call without a hook's argument."""
    manager = make_manager()
    manager.register(plugin(owltf_add_command=lambda commands: None), "mine")
    with pytest.warns(UserWarning), pytest.raises(pluggy.HookCallError):
        manager.hook.owltf_add_command()


def test_a_single_call_is_told_alike() -> None:
    said = "plugin 'mine' fails in owltf_schema: ZeroDivisionError"
    with pytest.raises(HookError, match=said), one_line("mine", "owltf_schema"):
        _ = 1 / 0
    with pytest.raises(AssertionError, match="wrong"), one_line("mine", "owltf_check_layer"):
        raise AssertionError("wrong")
    known = HookError("told")
    assert hook_error("mine", "owltf_schema", known) is known


def test_what_to_do() -> None:
    assert remedy("mine") == "repair it, or leave it out with --disable-plugin mine"
    assert remedy("owltf.report") == "repair it"
