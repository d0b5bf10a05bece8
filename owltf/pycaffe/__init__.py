"""pycaffe's interface on owltf's nets, so that scripts written for Caffe run.

`import owltf.pycaffe as caffe`, or `owltf.pycaffe.install()` before `import caffe`. Importing it is
cheap: TensorFlow is loaded with the first net.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from owltf.pycaffe.net import Net as Net

TRAIN, TEST = 0, 1

# The module that has each name; those that need TensorFlow start it.
_NAMES = {"Net": "net"}


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        from owltf.runtime.start_tensorflow import start_tensorflow

        start_tensorflow()
        return getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute {name!r}", name=name)
