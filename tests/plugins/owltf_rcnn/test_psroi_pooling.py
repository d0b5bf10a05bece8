"""PSROIPooling gives the figures of a real build, and keeps the contract of layers."""

from __future__ import annotations

import owltf_rcnn
import pytest
from rcnn_layers import FEATURES, REGIONS_ONLY, ROIS, check_oracle, keeps_the_contract

from owltf.errors import OwltfError
from owltf.testing import net_of, one_layer, use_plugins

LAYER = (
    'type: "PSROIPooling" psroi_pooling_param {{ output_dim: {} group_size: 2 '
    "spatial_scale: 0.125 }}"
)


def test_the_forks_figures() -> None:
    check_oracle("psroi_pooling")


def test_channels_that_do_not_fit_are_refused() -> None:
    net = one_layer(LAYER.format(4), FEATURES.shape, ROIS.shape)
    with use_plugins(owltf_rcnn), pytest.raises(OwltfError, match="need 16 channels"):
        net_of(net)


def test_what_every_layer_keeps() -> None:
    net = one_layer(LAYER.format(3), FEATURES.shape, ROIS.shape)
    keeps_the_contract(net, FEATURES, ROIS, no_gradient=[1], **REGIONS_ONLY)
