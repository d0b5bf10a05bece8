"""check_converter: which rule is broken, and what was found."""

from __future__ import annotations

import numpy as np
import pytest
from bad_layers import GAIN, X, net

from owltf.errors import OwltfError
from owltf.testing import check_converter, one_layer


def test_a_good_layer_passes_and_its_run_is_given() -> None:
    run = check_converter(net("Good"), [X], params=[GAIN])
    np.testing.assert_allclose(run.tops[0], X * GAIN, rtol=1e-6)
    assert run.param_grads[0].shape == (3,)


def test_of_images() -> None:
    images = np.random.default_rng(1).normal(size=(3, 3, 2, 5))
    check_converter(net("Good", images.shape), [images], params=[GAIN], replicas=3)


def test_a_loss_is_its_own_seed() -> None:
    loss = one_layer('type: "SoftmaxWithLoss" loss_weight: 3', (4, 3), (4,))
    run = check_converter(loss, [X, np.array([0, 2, 1, 1])], no_gradient=[1])
    assert run.tops[0].shape == ()


def test_draws_that_belong_to_a_run_are_the_same_every_time() -> None:
    check_converter(one_layer('type: "Dropout"', (4, 30)), [np.ones((4, 30))], draws=True)


def test_one_phase() -> None:
    check_converter(one_layer('type: "Dropout"', X.shape), [X], phases=["TEST"])


@pytest.mark.parametrize(
    ("caffe_type", "message"),
    [
        ("not_a_number", r"tops must be finite; top 0 \('top0'\) of not_a_number .* 12 values are"),
        ("OddShape", r"must have the shape that .* in TRAIN: got \(4, 3\), declared \(7, 3\)$"),
        ("random", r"the same pass .* must give the same bits .*draws=True.* top 0"),
        ("Untold", r"only as parameter blobs: .*; Untold layer 'layer' has .*: layer/gain$"),
        (
            "wrong_gradient",
            r"must be the slope .*; gradient of bottom 0 \('bottom0'\) of .* at \(3, ",
        ),
        ("no_gradient", r"every bottom has a gradient but .* bottom 0 .*: there is none$"),
        (
            "fixed_batch",
            r"a batch of any size; fixed_batch layer 'layer' built for 4 rows, run on 8",
        ),
        ("of_four_rows", r"a batch of any size; top 0 .* on the same 4 rows twice: at .*: got 0, "),
        ("Forgets", r"must be the same once saved as .keras and loaded; output 'top0': at "),
        ("mixes_rows", r"^2 replicas must compute what one device computes; top 0 .*: at .*: got "),
    ],
)
def test_a_broken_rule_is_told(caffe_type: str, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_converter(net(caffe_type), [X])


def test_a_weight_that_no_blob_names() -> None:
    message = r"^Hidden layer 'layer' .*: each ParamBlob must have .*: none; weights: 'gain'$"
    with pytest.raises(OwltfError, match=message):
        check_converter(net("Hidden"), [X])


def test_a_blob_that_loses_digits() -> None:
    message = r"must hold the blobs it is given; param 0 \('gain'\) of .*: at \(0,\): got 0, exp"
    with pytest.raises(AssertionError, match=message):
        check_converter(net("Lossy"), [X], params=[GAIN])
