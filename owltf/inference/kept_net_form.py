"""Keeps the form of a loaded net in the user's cache folder, by the content of the net."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from owltf.forms.engine import Engine
from owltf.forms.form_key import form_key
from owltf.forms.form_store import FormStore, KeptForm
from owltf.inference.net_form import write_form
from owltf.net.net import Net


def kept_net_form(engine: Engine, net: Net, blobs: Sequence[str]) -> KeptForm | None:
    """Return the form by which an engine computes blobs of a net, made now if it is not kept.

    Args:
        engine: the engine.
        net: the net, built for TEST, with its weights as they were loaded.
        blobs: the names of the blobs.

    Returns:
        The form; None for a net whose weights are from no file, which come back in no other run.

    Raises:
        OwltfError: if the engine cannot compute the blobs.
    """
    if net.layer_params and not net.context.loaded:
        return None
    store, key = FormStore(), _key(engine, net, blobs)
    found = store.find(key)
    if found is not None:
        return found
    title = f"{', '.join(blobs)} of {net.name}"
    return store.keep(key, {"title": title}, lambda path: write_form(engine, net, blobs, path))


def _key(engine: Engine, net: Net, blobs: Sequence[str]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(net.graph.source.parameter.SerializeToString(deterministic=True))
    for param in net.params:
        digest.update(np.ascontiguousarray(param.variable.numpy()).data)
    shapes = {name: list(blob.shape) for name, blob in net.input_blobs.items()}
    said = {"net": digest.hexdigest(), "engine": engine.name, "blobs": list(blobs), "in": shapes}
    plugins = [plugin for _, plugin in net.context.registry.manager.list_name_plugin()]
    return form_key([], said, plugins)
