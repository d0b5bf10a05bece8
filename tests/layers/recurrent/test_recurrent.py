"""What LSTM and RNN share, against plain loops: inputs, states, files and errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from oracle_case import assert_close, check_gradients, gradient_case, save_and_load
from recurrent_case import LSTM, RNN, UNITS, Kind, random
from replica_run import run_replicas

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.net.weights import load_weights, save_weights
from owltf.runtime.user_errors import user_message
from owltf.testing import LAYER, net_of

KINDS = pytest.mark.parametrize("kind", [LSTM, RNN], ids=lambda kind: kind.name)
STATIC = pytest.mark.parametrize("static", [False, True], ids=["", "static"])


@KINDS
@STATIC
@pytest.mark.parametrize("exposed", [False, True], ids=["", "exposed"])
def test_the_tops_are_those_of_a_loop(kind: Kind, static: bool, exposed: bool) -> None:
    bottoms = kind.bottoms(static=static, exposed=exposed)
    params = kind.params(static=static)
    states = range(2 + static, len(bottoms))
    case = gradient_case(
        kind.net(bottoms, exposed=exposed),
        bottoms,
        params=params,
        skip=["bottom_grad/1", *(f"bottom_grad/{index}" for index in states)],
    )
    run = case.run()
    wanted = kind.looped(bottoms, params, static=static)
    for got, top in zip(run.tops, wanted[: len(run.tops)], strict=True):
        assert_close(got, top)
    if not exposed:
        check_gradients(case, run)


@KINDS
def test_no_gradient_goes_through_markers_and_states(kind: Kind) -> None:
    bottoms = kind.bottoms(exposed=True)
    run = gradient_case(kind.net(bottoms, exposed=True), bottoms, params=kind.params()).run()
    assert run.bottom_grads[0] is not None
    assert all(grad is None for grad in run.bottom_grads[1:])


@KINDS
def test_the_input_may_have_more_axes(kind: Kind) -> None:
    images = replace(kind, axes=(2, 3, 4))
    bottoms, params = images.bottoms(), images.params()
    case = gradient_case(images.net(bottoms), bottoms, params=params, skip=["bottom_grad/1"])
    assert_close(case.run().tops[0], images.looped(bottoms, params)[0])
    check_gradients(case)


@KINDS
def test_sequences_go_on_in_the_next_pass(kind: Kind) -> None:
    bottoms, params = kind.bottoms(), kind.params()
    net = net_of(kind.net(bottoms))
    net.set_params({LAYER: params})
    x, markers = np.concatenate([bottoms[0], random(*bottoms[0].shape)]), np.ones((10, 3))
    whole = kind.looped([x, markers], params)[0]
    passes = zip(np.split(x, 2), np.split(markers, 2), strict=True)
    parts = [net.forward({"bottom0": rows, "bottom1": marks})["top0"] for rows, marks in passes]
    assert_close(np.concatenate(parts), whole)


@KINDS
def test_a_plain_call_of_the_model_starts_from_zeros(kind: Kind) -> None:
    bottoms = kind.bottoms()
    net = net_of(kind.net(bottoms, fields='weight_filler { type: "xavier" }'))
    feeds = {"bottom0": bottoms[0], "bottom1": np.ones_like(bottoms[1])}
    first, second = net.model(feeds)["top0"], net.model(feeds)["top0"]
    np.testing.assert_array_equal(first, second)
    net.forward(feeds)
    np.testing.assert_array_equal(net.model(feeds)["top0"], first)


@KINDS
def test_any_number_of_steps_is_taken(kind: Kind) -> None:
    bottoms, params = kind.bottoms(), kind.params()
    net = net_of(kind.net(bottoms))
    net.set_params({LAYER: params})
    x, markers = bottoms[0][:2], bottoms[1][:2]
    top = net.forward({"bottom0": x, "bottom1": markers})["top0"]
    assert_close(top, kind.looped([x, markers], params)[0])


@KINDS
def test_weights_go_to_a_caffemodel_and_back(kind: Kind, tmp_path: Path) -> None:
    text, params = kind.net(kind.bottoms(static=True)), kind.params(static=True)
    net, other = net_of(text), net_of(text)
    net.set_params({LAYER: params})
    path = tmp_path / "net.caffemodel"
    save_weights(net, path)
    load_weights(other, read_weights(path, load_schema()), path)
    for got, wanted in zip(other.get_params()[LAYER], params, strict=True):
        np.testing.assert_array_equal(got, wanted)


@KINDS
@pytest.mark.parametrize("exposed", [False, True], ids=["", "exposed"])
def test_is_saved_and_loaded(kind: Kind, exposed: bool, tmp_path: Path) -> None:
    bottoms = kind.bottoms(static=True, exposed=exposed)
    save_and_load(
        net_of(kind.net(bottoms, exposed=exposed, fields='weight_filler { type: "xavier" }')),
        tmp_path,
    )


@KINDS
def test_time_is_not_split(kind: Kind) -> None:
    x, markers = kind.bottoms()
    with pytest.raises(Exception, match="without --batch-per-gpu, needs the whole") as raised:
        run_replicas(kind.net([x, markers]), {"bottom0": x, "bottom1": markers}, 2)
    assert str(user_message(raised.value)).startswith(f"{kind.name} layer 'layer' (")


@pytest.mark.parametrize(
    ("shapes", "exposed", "message"),
    [
        ([(5, 3), (5, 3)], False, r"\(T, N, ...\) of 3 axes or more; 'bottom0' is \(5, 3\)"),
        ([(5, 3, 4), (3, 5)], False, r"the markers.* must be \(5, 3\); 'bottom1' is \(3, 5\)"),
        ([(5, 3, 4), (5, 3), (3,)], False, r"must be \(3, ...\); 'bottom2' is \(3,\)"),
        ([(5, 3, 4), (5, 3), (5, 6)], False, r"must be \(3, ...\); 'bottom2' is \(5, 6\)"),
        ([(5, 3, 4), (5, 3)], True, "takes 4 bottoms .*, got 2"),
        ([(5, 3, 4), (5, 3), (3, 6), (3, 6)], False, "takes 2 bottoms .*, got 3"),
        (
            [(5, 3, 4), (5, 3), (1, 3, UNITS), (1, 3, UNITS + 1)],
            True,
            r"a state must be \(1, 3, 2\); 'bottom3' is \(1, 3, 3\)",
        ),
    ],
)
def test_what_does_not_fit_is_told(
    shapes: list[tuple[int, ...]], exposed: bool, message: str
) -> None:
    with pytest.raises(OwltfError, match=rf"^LSTM layer 'layer' \(.*\): .*{message}"):
        net_of(LSTM.net([np.zeros(shape) for shape in shapes], exposed=exposed))


def test_an_output_is_needed() -> None:
    text = LSTM.net(LSTM.bottoms()).replace("num_output: 2", "")
    with pytest.raises(OwltfError, match="num_output must be at least 1, got 0"):
        net_of(text)


def test_states_need_tops() -> None:
    text = LSTM.net(LSTM.bottoms(exposed=True), exposed=True).replace('top: "top2"', "")
    with pytest.raises(OwltfError, match="takes 3 tops .*, got 2"):
        net_of(text)
