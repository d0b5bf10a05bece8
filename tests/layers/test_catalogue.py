"""Every layer type keeps the contract that `owltf.testing` asks of a stranger's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import owltf_exporter
import pytest
from oracle_case import Case, one_layer
from recurrent_case import random

from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry
from owltf.testing import check_converter, use_plugins

Options = Mapping[str, Any]

LABELS: Options = {"no_gradient": (1,)}
# A time-major blob cannot be split by rows, and its sequences have a length.
TIME_MAJOR: Options = {"no_gradient": (1,), "batches": False, "replicas": 1}
SKIPPED = {
    "HDF5Output": "what it writes is tested in test_hdf5_output.py",
    "Input": "it is where the arrays come in",
    "Python": "it runs a user's code, which is tested in test_python.py",
    "Silence": "it computes nothing",
}
# The recorded case of a type, and what does not hold of it.
RECORDED: Mapping[str, tuple[str, Options]] = {
    "AbsVal": ("absval", {}),
    "Accuracy": ("accuracy", {"no_gradient": (0, 1)}),
    "ArgMax": ("argmax_axis", {"no_gradient": (0,)}),
    "BNLL": ("bnll", {}),
    # Each replica has the statistics of its own rows.
    "BatchNorm": ("bn_train", {"replicas": 1}),
    # The other bottom's rows are those of the top.
    "BatchReindex": ("batch_reindex", {"no_gradient": (1,), "batches": False, "replicas": 1}),
    "Bias": ("bias", {}),
    "Clip": ("clip", {}),
    "Concat": ("concat_c", {}),
    "ContrastiveLoss": ("contrastive", {"no_gradient": (2,)}),
    "Convolution": ("conv_basic", {}),
    "Crop": ("crop", {}),
    "Deconvolution": ("deconv_group", {}),
    "Dropout": ("dropout_test", {"draws": True}),
    "ELU": ("elu", {}),
    "Eltwise": ("eltwise_prod", {}),
    "Embed": ("embed", {"no_gradient": (0,)}),
    "EuclideanLoss": ("euclidean", {}),
    "Exp": ("exp_base2", {}),
    "Flatten": ("flatten", {}),
    "HingeLoss": ("hinge_l2", LABELS),
    "Im2col": ("im2col", {}),
    # Its matrix is a bottom too, which is not to be split.
    "InfogainLoss": ("infogain", {"no_gradient": (1, 2), "replicas": 1}),
    "InnerProduct": ("ip_basic", {}),
    "LRN": ("lrn_across", {}),
    "LSTM": ("lstm", TIME_MAJOR),
    "Log": ("log_e", {}),
    "MVN": ("mvn", {}),
    "MultinomialLogisticLoss": ("multinomial", LABELS),
    "PReLU": ("prelu", {}),
    "Parameter": ("parameter", {}),
    "Pooling": ("pool_max_pad", {}),
    "Power": ("power", {}),
    "RNN": ("rnn", TIME_MAJOR),
    "ReLU": ("relu_leaky", {}),
    "Reduction": ("reduction_mean", {}),
    "Reshape": ("reshape", {}),
    "SPP": ("spp", {}),
    "Scale": ("scale_bias", {}),
    "Sigmoid": ("sigmoid", {}),
    "SigmoidCrossEntropyLoss": ("sigmoidce", LABELS),
    "Slice": ("slice_points", {}),
    "Softmax": ("softmax", {}),
    "SoftmaxWithLoss": ("softmaxloss_ignore", LABELS),
    "Split": ("split", {}),
    "Swish": ("swish", {}),
    "TanH": ("tanh", {}),
    "Threshold": ("threshold", {"no_gradient": (0,)}),
    "Tile": ("tile", {}),
}


@dataclass(frozen=True)
class Own:
    """A case of our own, where nothing was recorded or it needs other bottoms."""

    net: str | Path
    bottoms: list[np.ndarray]
    options: Options = field(default_factory=dict)


OWN: Mapping[str, Own] = {
    "BatchNorm over replicas": Own(
        one_layer('type: "BatchNorm"', (4, 3, 2, 2)),
        [random(4, 3, 2, 2)],
        {"phases": ("TEST",), "params": [random(3), 1 + np.abs(random(3)), [2]]},
    ),
    # All rows are kept, as their number cannot be declared.
    "Filter": Own(one_layer('type: "Filter"', (4, 3), (4,)), [random(4, 3), np.ones(4)], LABELS),
    "LSTMUnit": Own(
        one_layer('type: "LSTMUnit"', (1, 3, 2), (1, 3, 8), (1, 3), tops=2),
        [random(1, 3, 2), random(1, 3, 8), np.array([[0, 1, 1]])],
        {**TIME_MAJOR, "no_gradient": (2,)},
    ),
    "Pooling that draws": Own(
        one_layer(
            'type: "Pooling" pooling_param { pool: STOCHASTIC kernel_size: 2 }', (4, 3, 4, 4)
        ),
        [np.abs(random(4, 3, 4, 4))],
        {"draws": True},
    ),
}


def test_every_type_is_here() -> None:
    tried = {*RECORDED, *(name.split()[0] for name in OWN)}
    assert tried | SKIPPED.keys() == Registry(make_manager()).converters.keys()
    assert not tried & SKIPPED.keys()


@pytest.fixture
def exporter() -> Iterator[None]:
    """Let forms for export be checked too."""
    with use_plugins(owltf_exporter):
        yield


@pytest.mark.usefixtures("exporter")
@pytest.mark.parametrize("caffe_type", RECORDED)
def test_a_recorded_case(caffe_type: str) -> None:
    name, options = RECORDED[caffe_type]
    case = Case.read(name)
    check_converter(case.net, case.bottoms, params=case.params, **options)


@pytest.mark.usefixtures("exporter")
@pytest.mark.parametrize("name", OWN)
def test_an_own_case(name: str) -> None:
    case = OWN[name]
    check_converter(case.net, case.bottoms, **case.options)
