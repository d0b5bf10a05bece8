"""Tests of which plugins are loaded, and of what is said about broken ones."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest
from plugin_modules import install, plugin

from owltf.errors import OwltfError
from owltf.plugin import manager
from owltf.plugin.manager import BUILT_INS, SWITCH, make_manager, registered
from owltf.registry.markers import hookspec


def names(*disabled: str) -> list[str]:
    return [name for name, _ in make_manager(disabled).list_name_plugin() if _ is not None]


def test_built_in_plugins_are_always_there(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    assert names() == list(BUILT_INS)


def test_installed_plugins_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    install(
        monkeypatch, mine=plugin(owltf_fillers=lambda: {}), other=plugin(owltf_fillers=lambda: {})
    )
    assert names() == [*BUILT_INS, "mine", "other"]


def test_plugins_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    install(
        monkeypatch, mine=plugin(owltf_fillers=lambda: {}), other=plugin(owltf_fillers=lambda: {})
    )
    assert names("mine") == [*BUILT_INS, "other"]
    assert names("owltf.fillers", "mine") == [
        *(name for name in BUILT_INS if name != "owltf.fillers"),
        "other",
    ]


@pytest.mark.parametrize(
    ("chosen", "found"), [("none", []), ("mine", ["mine"]), ("other,mine", ["mine", "other"])]
)
def test_the_environment_chooses_installed_plugins(
    monkeypatch: pytest.MonkeyPatch, chosen: str, found: list[str]
) -> None:
    install(monkeypatch, mine=plugin(), other=plugin())
    monkeypatch.setenv(SWITCH, chosen)
    assert names() == [*BUILT_INS, *found]


def test_an_unknown_name_cannot_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, mine=plugin())
    with pytest.raises(OwltfError, match="no plugin is named 'mime': did you mean 'mine'?"):
        make_manager(["mime"])
    with pytest.raises(OwltfError, match=r"no plugin is named 'xyz': known: mine, owltf\."):
        make_manager(["xyz"])


def test_a_misspelt_hook_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, mine=plugin(owltf_layer_convertors=lambda: []))
    with pytest.raises(OwltfError) as raised:
        make_manager()
    told = str(raised.value)
    assert told.startswith(
        "plugin 'mine' has a hook that owltf does not have, owltf_layer_convertors: "
        "did you mean 'owltf_layer_converters'"
    )
    assert told.endswith("; repair it, or leave it out with --disable-plugin mine")
    make_manager(["mine"])


def test_a_hook_with_an_unknown_argument_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, mine=plugin(owltf_snapshot=lambda iteration, file: None))
    with pytest.raises(OwltfError, match="file") as raised:
        make_manager()
    assert "'mine'" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_plugin_that_does_not_load_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, mine=ImportError("No module named 'torch'"))
    with pytest.raises(OwltfError) as raised:
        make_manager()
    assert str(raised.value) == (
        "plugin 'mine' (mine_package) does not load: ImportError: No module named 'torch'; "
        "repair it, or leave it out with --disable-plugin mine"
    )
    make_manager(["mine"])


def test_two_packages_of_one_name_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, mine=plugin())
    (entry,) = manager.entry_points(group="owltf")
    for other, is_error in ((entry, False), (EntryPoint("mine", "theirs", "owltf"), True)):
        monkeypatch.setattr(manager, "entry_points", lambda group, two=other: [entry, two])
        if is_error:
            with pytest.raises(OwltfError, match="'mine': mine_package and theirs; uninstall"):
                make_manager()
        else:
            make_manager()


class Specs:
    """Hooks that a plugin brings."""

    @hookspec
    def mine_hatched(self, eggs: int) -> None:
        """See eggs."""


def bringing() -> ModuleType:
    return plugin(owltf_add_hooks=lambda manager: manager.add_hookspecs(Specs))


@pytest.mark.parametrize("order", [("mine", "other"), ("other", "mine")])
def test_a_plugin_implements_another_plugins_hook(
    monkeypatch: pytest.MonkeyPatch, order: tuple[str, str]
) -> None:
    seen: list[int] = []
    plugins = {"mine": bringing(), "other": plugin(mine_hatched=lambda eggs: seen.append(eggs))}
    install(monkeypatch, **{name: plugins[name] for name in order})
    make_manager().hook.mine_hatched(eggs=3)
    assert seen == [3]
    with pytest.raises(OwltfError, match="plugin 'other' has a hook that owltf does not have, min"):
        make_manager(["mine"])


@pytest.mark.parametrize("order", [("mine", "other"), ("other", "mine")])
def test_another_plugins_hook_with_an_unknown_argument_is_refused(
    monkeypatch: pytest.MonkeyPatch, order: tuple[str, str]
) -> None:
    plugins = {"mine": bringing(), "other": plugin(mine_hatched=lambda chicks: None)}
    install(monkeypatch, **{name: plugins[name] for name in order})
    with pytest.raises(OwltfError, match="plugin 'other'.* does not load: .*chicks") as raised:
        make_manager()
    assert str(raised.value).endswith("leave it out with --disable-plugin other")


def test_a_plugin_that_cannot_add_its_hooks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, mine=plugin(owltf_add_hooks=lambda manager: 1 / 0))
    with pytest.raises(OwltfError, match=r"plugin 'mine' \(mine_package\) does not load: ZeroDiv"):
        make_manager()


@pytest.mark.parametrize("fails", [False, True])
def test_a_plugin_takes_part_for_a_while(fails: bool) -> None:
    made, seen = make_manager(), []
    one = plugin(owltf_testing=lambda iteration: seen.append(iteration))
    before = made.list_name_plugin()
    with suppress(KeyError), registered(made, one, "one"):
        made.hook.owltf_testing(iteration=5, net_index=0, setup=None)
        if fails:
            raise KeyError
    assert seen == [5]
    assert made.list_name_plugin() == before
    made.hook.owltf_testing(iteration=6, net_index=0, setup=None)
    assert seen == [5]


def test_a_plugin_with_a_misspelt_hook_takes_no_part() -> None:
    made = make_manager()
    before = made.list_name_plugin()
    with (
        pytest.raises(OwltfError, match="owltf_tetsed: did you mean 'owltf_tested'"),
        registered(made, plugin(owltf_tetsed=lambda: None), "one"),
    ):
        raise AssertionError
    assert made.list_name_plugin() == before
