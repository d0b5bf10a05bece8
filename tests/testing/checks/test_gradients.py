"""check_gradients: gradients that are the slope, and those that are not."""

from __future__ import annotations

import re

import numpy as np
import pytest
from bad_layers import GAIN, X, net

from owltf.errors import OwltfError
from owltf.testing import check_gradients, one_layer
from owltf.testing.case import LayerCase
from owltf.testing.checks.gradients import Objective, with_top_grads

LOSS = one_layer('type: "SoftmaxWithLoss" loss_weight: 3', (4, 3), (4,))
LABELS = np.array([0, 2, 1, 1])


def test_bottoms_and_parameters_are_checked() -> None:
    run = check_gradients(net("Good"), [X], params=[GAIN])
    assert np.any(run.bottom_grads[0])
    assert np.any(run.param_grads[0])


def test_the_fillers_parameters_are_used_where_none_are_given() -> None:
    fields = 'type: "PReLU" prelu_param { filler { type: "constant" value: 0.3 } }'
    check_gradients(one_layer(fields, X.shape), [X])


def test_the_gradients_of_tops_can_be_given() -> None:
    run = check_gradients(net("Good"), [X], params=[GAIN], top_grads=[np.ones((4, 3))])
    np.testing.assert_array_equal(run.bottom_grads[0], np.broadcast_to(GAIN, (4, 3)))


def test_a_loss_has_its_own_gradient() -> None:
    run = check_gradients(LOSS, [X, LABELS], no_gradient={1})
    assert run.bottom_grads[1] is None


def test_batch_norm_changes_its_parameters_in_a_pass() -> None:
    layer = one_layer('type: "BatchNorm"', X.shape)
    check_gradients(layer, [X], params=[GAIN, np.abs(GAIN), [2]])
    check_gradients(layer, [X])


def test_a_maximum_that_changes_within_the_step_may_be_on_either_side() -> None:
    check_gradients(one_layer('type: "ReLU"', X.shape), [np.where(X.max() > X, X, 0)])


def test_draws_of_a_run() -> None:
    check_gradients(one_layer('type: "Dropout"', (4, 30)), [np.ones((4, 30))], draws=True)


def test_a_wrong_gradient_is_told_with_its_place() -> None:
    message = (
        r"^a gradient must be the slope of the tops; gradient of bottom 0 \('bottom0'\) of "
        r"wrong_gradient layer 'layer': at \(3, \d\): got (\S+), slope (\S+); along a direction "
    )
    with pytest.raises(AssertionError) as raised:
        check_gradients(net("wrong_gradient"), [X])
    found = re.match(message, str(raised.value))
    assert found, raised.value
    assert float(found[1]) == pytest.approx(1.5 * float(found[2]), rel=1e-2)


@pytest.mark.parametrize(
    ("caffe_type", "no_gradient", "found"), [("no_gradient", (), "none"), ("Good", (0,), "one")]
)
def test_a_gradient_must_be_where_it_should(
    caffe_type: str, no_gradient: tuple[int, ...], found: str
) -> None:
    message = rf"`no_gradient` lists; bottom 0 \('bottom0'\) of .* 'layer': there is {found}$"
    with pytest.raises(AssertionError, match=message):
        check_gradients(net(caffe_type), [X], no_gradient=no_gradient)


def test_a_layer_refuses_a_value_in_its_own_words() -> None:
    with pytest.raises(OwltfError, match=r"^SoftmaxWithLoss layer .*: label 4 is out of range"):
        check_gradients(LOSS, [X, LABELS + 2], no_gradient={1})


def test_top_gradients_are_drawn_only_where_they_are_needed() -> None:
    drawn = with_top_grads(LayerCase.of(net("Good"), [X], [GAIN]))
    assert drawn.top_grads is not None
    assert drawn.top_grads[0].shape == X.shape
    assert with_top_grads(drawn) is drawn
    assert with_top_grads(LayerCase.of(LOSS, [X, LABELS], [])).top_grads is None


def test_the_objective_is_the_sum_of_tops_times_gradients() -> None:
    case = LayerCase.of(net("Good"), [X], [GAIN], [X])
    assert Objective(case)([X], [GAIN]) == pytest.approx(float((X * X * GAIN).sum()), rel=1e-5)
