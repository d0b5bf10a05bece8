"""pycaffe's interface on owltf's nets, so that scripts written for Caffe run.

`import owltf.pycaffe as caffe`, or `owltf.pycaffe.install()` before `import caffe`, or
`python -m owltf.pycaffe script.py`. Importing it is cheap: TensorFlow is loaded with the first net.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from owltf import __version__
from owltf.pycaffe.install import install

if TYPE_CHECKING:
    from owltf.pycaffe import io as io
    from owltf.pycaffe.classifier import Classifier as Classifier
    from owltf.pycaffe.detector import Detector as Detector
    from owltf.pycaffe.nccl import NCCL as NCCL
    from owltf.pycaffe.net import Net as Net
    from owltf.pycaffe.net_spec import (
        NetSpec as NetSpec,
        layers as layers,
        params as params,
        to_proto as to_proto,
    )
    from owltf.pycaffe.process import (
        has_nccl as has_nccl,
        init_log as init_log,
        layer_type_list as layer_type_list,
        log as log,
        set_device as set_device,
        set_mode_cpu as set_mode_cpu,
        set_mode_gpu as set_mode_gpu,
        set_multiprocess as set_multiprocess,
        set_random_seed as set_random_seed,
        set_solver_count as set_solver_count,
        set_solver_rank as set_solver_rank,
        solver_count as solver_count,
        solver_rank as solver_rank,
    )
    from owltf.pycaffe.solver import (
        AdaDeltaSolver as AdaDeltaSolver,
        AdaGradSolver as AdaGradSolver,
        AdamSolver as AdamSolver,
        NesterovSolver as NesterovSolver,
        RMSPropSolver as RMSPropSolver,
        SGDSolver as SGDSolver,
        get_solver as get_solver,
    )
    from owltf.pycaffe.timer import Timer as Timer
    from owltf.python_layers.shim import Layer as Layer

TRAIN, TEST = 0, 1

# The module that has each name. Those with nets need TensorFlow.
_SOLVERS = (
    "SGDSolver NesterovSolver AdaGradSolver RMSPropSolver AdaDeltaSolver AdamSolver get_solver"
)
_NETS = {
    "Net": "net",
    "Classifier": "classifier",
    "Detector": "detector",
    **dict.fromkeys(_SOLVERS.split(), "solver"),
}
_PROCESS = (
    "has_nccl init_log layer_type_list log set_device set_mode_cpu set_mode_gpu set_multiprocess "
    "set_random_seed set_solver_count set_solver_rank solver_count solver_rank"
)
_SPEC = "NetSpec layers params to_proto"
_OTHERS = {
    **dict.fromkeys(_PROCESS.split(), "process"),
    **dict.fromkeys(_SPEC.split(), "net_spec"),
    "NCCL": "nccl",
    "Timer": "timer",
    "Blob": "blob",
}
_MODULES = ("coord_map", "draw", "io", "proto")

__all__ = [
    "TEST",
    "TRAIN",
    "Layer",
    "__version__",
    "install",
    *_NETS,
    *_OTHERS,
    *_MODULES,
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name == "Layer":
        return import_module("owltf.python_layers.shim").Layer
    if name in _NETS:
        from owltf.runtime.start_tensorflow import start_tensorflow

        start_tensorflow()
        return getattr(import_module(f"{__name__}.{_NETS[name]}"), name)
    if name in _OTHERS:
        return getattr(import_module(f"{__name__}.{_OTHERS[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
