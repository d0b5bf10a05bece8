"""Tests of which plugins are loaded, and of what is said about broken ones."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest
from plugin_modules import install, plugin

from owltf.errors import OwltfError
from owltf.plugin import manager
from owltf.plugin.manager import BUILT_INS, SWITCH, make_manager


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
