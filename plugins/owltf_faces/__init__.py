"""The layers of nets that tell faces: normalized features, margins, and losses of distances.

owltf imports this module with every command, so TensorFlow and Keras are imported inside the
functions, never at the top.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from owltf.api import hookimpl

if TYPE_CHECKING:
    from owltf.api import LayerConverter


@hookimpl
def owltf_schema() -> list[Path]:
    """Return the file with the messages."""
    return [Path(__file__).with_name("faces.pb")]


@hookimpl
def owltf_fork_numbers() -> dict[str, dict[int, int]]:
    """Return the number in caffe-windows' files that is another field's in SSD's."""
    return {"TripletLoss": {203: 303}}


@hookimpl
def owltf_layer_converters() -> list[type[LayerConverter]]:
    """Return the converters of the layer types."""
    from owltf_faces.center_loss import CenterLoss
    from owltf_faces.channel_scale import ChannelScale
    from owltf_faces.flip import Flip
    from owltf_faces.large_margin import LargeMarginInnerProduct
    from owltf_faces.normalize import Normalize
    from owltf_faces.normalized_inner_product import NormalizedInnerProduct
    from owltf_faces.triplet_loss import TripletLoss

    return [
        CenterLoss,
        ChannelScale,
        Flip,
        LargeMarginInnerProduct,
        Normalize,
        NormalizedInnerProduct,
        TripletLoss,
    ]
