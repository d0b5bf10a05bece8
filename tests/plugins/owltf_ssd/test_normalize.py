"""Normalize gives the figures of a real build of SSD, and keeps the rules of layers."""

from __future__ import annotations

import numpy as np
import owltf_exporter
import owltf_ssd
import pytest
from oracle_layers import check_oracle

from owltf.testing import check_converter, net_of, one_layer, run_layer, use_plugins


@pytest.mark.parametrize("name", ["normalize_all", "normalize_channel"])
def test_the_forks_figures(name: str) -> None:
    check_oracle(name)


def test_the_rules_of_layers() -> None:
    images = np.random.default_rng(0).standard_normal((2, 5, 3, 4)).astype(np.float32)
    fields = 'type: "Normalize" norm_param { across_spatial: false channel_shared: false }'
    with use_plugins(owltf_ssd, owltf_exporter):
        check_converter(one_layer(fields, images.shape), [images])


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("shared", [True, False])
def test_the_definition(across: bool, shared: bool) -> None:
    rng = np.random.default_rng(2)
    images = rng.standard_normal((2, 5, 3, 4)).astype(np.float32)
    scale = rng.uniform(1, 3, () if shared else (5,)).astype(np.float32)
    fields = f"across_spatial: {str(across).lower()} channel_shared: {str(shared).lower()}"
    text = one_layer(f'type: "Normalize" norm_param {{ {fields} eps: 0.01 }}', images.shape)
    with use_plugins(owltf_ssd):
        run = run_layer(text, [images], params=[scale], top_grads=[np.ones_like(images)])
    for image, top in zip(images, run.tops[0], strict=True):
        for row, column in np.ndindex(3, 4):
            part = image if across else image[:, row, column]
            length = np.sqrt((part.astype(np.float64) ** 2).sum() + 0.01)
            wanted = image[:, row, column] / length * scale
            np.testing.assert_allclose(top[:, row, column], wanted, rtol=1e-4)


def test_a_scale_starts_as_its_filler_says() -> None:
    filled = 'norm_param { scale_filler { type: "constant" value: 20 } }'
    with use_plugins(owltf_ssd):
        for fields, value in (("norm_param { }", 1), (filled, 20)):
            net = net_of(one_layer(f'type: "Normalize" {fields}', (1, 2, 3, 3)))
            np.testing.assert_array_equal(net.get_params()["layer"][0], value)
