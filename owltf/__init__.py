"""owltf trains, tests and serves Caffe networks on TensorFlow and Keras.

Importing this package is cheap: the classes below load TensorFlow only when they are used.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from owltf_extractor.feature_extractor import FeatureExtractor
    from owltf_tester.multiview_tester import MultiviewTester

    from owltf.train.net_trainer import NetTrainer

# TensorFlow leaves oneDNN out on some CPUs that are quicker with it, such as those without AVX-512.
# It is chosen before TensorFlow is imported, or not at all.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__version__ = "0.1.0"
__all__ = ["FeatureExtractor", "MultiviewTester", "NetTrainer", "__version__"]

_LATE = {
    "FeatureExtractor": "owltf_extractor.feature_extractor",
    "MultiviewTester": "owltf_tester.multiview_tester",
    "NetTrainer": "owltf.train.net_trainer",
}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'owltf' has no attribute {name!r}")
