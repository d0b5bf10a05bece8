"""Normalize gives the figures of a real build of SSD, and keeps the rules of layers."""

from __future__ import annotations

import numpy as np
import owltf_exporter
import owltf_ssd
import pytest
from oracle_layers import check_oracle

from owltf.testing import check_converter, one_layer, use_plugins


@pytest.mark.parametrize("name", ["normalize_all", "normalize_channel"])
def test_the_forks_figures(name: str) -> None:
    check_oracle(name)


def test_the_rules_of_layers() -> None:
    images = np.random.default_rng(0).standard_normal((2, 5, 3, 4)).astype(np.float32)
    fields = 'type: "Normalize" norm_param { across_spatial: false channel_shared: false }'
    with use_plugins(owltf_ssd, owltf_exporter):
        check_converter(one_layer(fields, images.shape), [images])
