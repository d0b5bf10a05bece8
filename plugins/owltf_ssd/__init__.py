"""The layers of SSD and of the nets around it: boxes, their losses, depthwise convolutions.

owltf imports this module with every command, so TensorFlow and Keras are imported inside the
functions, never at the top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from owltf.api import hookimpl

if TYPE_CHECKING:
    from owltf.api import DataLayer, LayerConverter


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the command `convert-annoset`."""
    from owltf_ssd.convert_annoset import convert_annoset

    commands.add_command(convert_annoset)


@hookimpl
def owltf_schema() -> list[Path]:
    """Return the file with SSD's messages."""
    return [Path(__file__).with_name("ssd.pb")]


@hookimpl
def owltf_check_solver(solver: Any, test_nets: Sequence[Any]) -> Mapping[str, str]:
    """Check the fields by which SSD's solvers say how detections are evaluated."""
    from owltf_ssd.solver_fields import check_fields

    return check_fields(solver, test_nets)


@hookimpl
def owltf_layer_converters() -> list[type[LayerConverter]]:
    """Return the converters of SSD's layer types."""
    from owltf_ssd.axpy import Axpy
    from owltf_ssd.depthwise import ConvDepthwise, ConvolutionDepthwise, DepthwiseConvolution
    from owltf_ssd.detection_evaluate import DetectionEvaluate
    from owltf_ssd.detection_output import DetectionOutput
    from owltf_ssd.multi_box_loss import MultiBoxLoss
    from owltf_ssd.normalize import Normalize
    from owltf_ssd.permute import Permute
    from owltf_ssd.prior_box import PriorBox
    from owltf_ssd.relu6 import ReLU6
    from owltf_ssd.shuffle_channel import ShuffleChannel
    from owltf_ssd.smooth_l1_loss import SmoothL1Loss

    return [
        Axpy,
        ConvDepthwise,
        ConvolutionDepthwise,
        DepthwiseConvolution,
        DetectionEvaluate,
        DetectionOutput,
        MultiBoxLoss,
        Normalize,
        Permute,
        PriorBox,
        ReLU6,
        ShuffleChannel,
        SmoothL1Loss,
    ]


@hookimpl
def owltf_data_layers() -> list[type[DataLayer]]:
    """Return SSD's data layer."""
    from owltf_ssd.data.annotated_data import AnnotatedData

    return [AnnotatedData]
