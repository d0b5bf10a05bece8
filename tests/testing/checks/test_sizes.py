"""check_sizes: images of another size than the prototxt's."""

from __future__ import annotations

import numpy as np
import pytest
from bad_layers import GAIN, net

from owltf.testing import check_sizes, one_layer

IMAGES = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)


def test_a_layer_of_any_size_passes() -> None:
    fields = 'type: "Convolution" convolution_param { num_output: 2 kernel_size: 3 stride: 2 }'
    check_sizes(one_layer(fields, IMAGES.shape), [IMAGES], params=[np.ones((2, 3, 3, 3)), [1, 2]])


def test_a_layer_may_be_for_one_size() -> None:
    product = one_layer('type: "InnerProduct" inner_product_param { num_output: 2 }', IMAGES.shape)
    check_sizes(product, [IMAGES])
    check_sizes(net("Good", IMAGES.shape), [IMAGES], params=[GAIN])


def test_without_images_there_is_nothing_to_check() -> None:
    check_sizes(net("Good"), [np.ones((4, 3))])


def test_a_layer_that_says_so_and_knows_its_size_is_told() -> None:
    message = (
        r"^images of another size must give what a net built for them gives; top 0 \('top0'\) of "
        r"Tall layer 'layer': at .*: got -?0, expected "
    )
    with pytest.raises(AssertionError, match=message):
        check_sizes(net("Tall", IMAGES.shape), [IMAGES])
