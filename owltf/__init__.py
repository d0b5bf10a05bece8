"""owltf trains, tests and serves Caffe networks on TensorFlow and Keras.

Importing this package is cheap: `NetTrainer`, and the classes that plugins put here, such as
`FeatureExtractor` and `MultiviewTester`, are loaded when they are first used.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from owltf.train.net_trainer import NetTrainer

# TensorFlow leaves oneDNN out on some CPUs that are faster with it, such as those without AVX-512.
# It is chosen before TensorFlow is imported, or not at all.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__version__ = "0.1.0"
__all__ = ["NetTrainer", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "NetTrainer":
        from owltf.runtime.start_tensorflow import start_tensorflow

        start_tensorflow()
        from owltf.train.net_trainer import NetTrainer

        return NetTrainer
    # Plugins bring classes alone, so that `from owltf import api` asks none of them.
    if name[:1].isupper():
        from owltf.plugin.classes import plugin_class

        return plugin_class(name)
    raise AttributeError(f"module 'owltf' has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    from owltf.errors import OwltfError
    from owltf.plugin.classes import class_names

    names = {*globals(), *__all__}
    try:
        return sorted({*names, *class_names()})
    except OwltfError:
        # The error of a broken plugin is shown when the plugin is used.
        return sorted(names)
