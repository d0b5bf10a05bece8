"""owltf trains, tests and serves Caffe networks on TensorFlow and Keras.

Importing this package is cheap: the classes below load TensorFlow only when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from owltf.train.net_trainer import NetTrainer

__version__ = "0.1.0"
__all__ = ["NetTrainer", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "NetTrainer":
        from owltf.train.net_trainer import NetTrainer

        return NetTrainer
    raise AttributeError(f"module 'owltf' has no attribute {name!r}")
