"""Finds the form of a net by which another engine classifies, and makes it where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from owltf.api import Engine, FormStore, KeptForm, OwltfError, form_key

# They decide on what the form computes; `image_settings` and others only on what is done with it.
_WISHES = (
    "input_shapes",
    "softmax_layer",
    "random_weights",
    "reinit_mismatched",
    "allow_missing",
    "ignore_unknown_fields",
)
_REFUSED = "refused"
# TensorFlow alone has devices, and runs Python code.
_OF_TENSORFLOW = ("gpu", "num_gpu", "cpu_replicas", "snapshot", "allow_python_layers")


@dataclass(frozen=True)
class FormPlace:
    """The place in the store of the form of one net, for one engine.

    Attributes:
        engine: the engine.
        key: the form's key.
        store: the store.
    """

    engine: Engine
    key: str
    store: FormStore

    def find(self) -> KeptForm | None:
        """Return the form that was made before; None if there is none.

        Raises:
            OwltfError: if the engine cannot compute the net, as was found before.
        """
        form = self.store.find(self.key)
        if form is not None and _REFUSED in form.about:
            raise OwltfError(form.about[_REFUSED])
        return form

    def make(self, net: Any, blob: str, about: Mapping[str, Any]) -> KeptForm:
        """Write the form of a net that was built, and check it.

        Args:
            net: the net, with its weights.
            blob: the blob that it computes.
            about: what to remember of it.

        Raises:
            OwltfError: if the engine cannot compute the net, or nothing can be kept.
        """
        from owltf.api import write_form

        try:
            return self.store.keep(
                self.key, about, lambda path: write_form(self.engine, net, [blob], path)
            )
        except OwltfError as error:
            said = {"title": f"{about['title']}: refused", _REFUSED: str(error)}
            self.store.keep(self.key, said, lambda path: path.touch())
            raise


def form_place(
    registry: Any, engine: Engine, file: str, flags: Mapping[str, Any]
) -> FormPlace | None:
    """Return where the form of a command's net is kept; None if there can be none.

    Args:
        registry: what plugins bring.
        engine: the engine.
        file: the net's prototxt.
        flags: the command's arguments by name.
    """
    given = (flags.get(name) for name in _OF_TENSORFLOW)
    if any(each is not None and each is not False for each in given):
        return None
    files = [Path(file), *(flags.get("weights") or ())]
    if not all(path.is_file() for path in files):
        return None
    said = {name: flags.get(name) for name in _WISHES}
    said["files"] = _names(files)
    plugins = [plugin for _, plugin in registry.manager.list_name_plugin()]
    return FormPlace(engine, form_key(files, {**said, "engine": engine.name}, plugins), FormStore())


def _names(files: Sequence[Path]) -> list[str]:
    """Return the suffixes of files, which tell how they are read."""
    return [path.suffix for path in files]
