"""Include and exclude rules."""

from collections.abc import Callable

import pytest

from owltf.caffe.net.filter import NetState, filter_net, net_state
from owltf.caffe.net.read import net_from_text
from owltf.caffe.schema.schema import Schema


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ("", True),
        ("include { }", True),
        ("include { phase: TEST }", True),
        ("include { phase: TRAIN }", False),
        ("include { phase: TRAIN } include { phase: TEST }", True),
        ("exclude { phase: TEST }", False),
        ("exclude { phase: TRAIN }", True),
        ("exclude { phase: TRAIN } exclude { stage: 'a' }", False),
        ("include { min_level: 2 }", True),
        ("include { min_level: 3 }", False),
        ("include { max_level: 2 }", True),
        ("include { max_level: 1 }", False),
        ("include { stage: 'a' stage: 'b' }", True),
        ("include { stage: 'a' stage: 'c' }", False),
        ("include { not_stage: 'c' }", True),
        ("include { not_stage: 'c' not_stage: 'a' }", False),
        ("include { phase: TEST stage: 'c' }", False),
    ],
)
def test_rules(schema: Schema, rules: str, kept: bool) -> None:
    source = net_from_text(f"layer {{ name: 'x' {rules} }}", schema)
    filtered = filter_net(source, net_state("TEST", level=2, stages=("a", "b")))
    assert bool(filtered.parameter.layer) == kept


def test_lines_and_layers_stay_together(schema: Schema) -> None:
    source = net_from_text(
        "layer { name: 'a' include { phase: TRAIN } top: 't' }\nlayer { name: 'b' }", schema
    )
    filtered = filter_net(source, net_state("TEST"))
    assert (filtered.lines, filtered.where(0)) == ((2,), "<text>:2")
    assert filtered.left_out == {"t": "<text>:1"}
    assert len(source.parameter.layer) == 2


def test_the_state_is_noted(schema: Schema) -> None:
    source = net_from_text(
        "state { stage: 'own' phase: TRAIN } layer { } layer { phase: TRAIN }", schema
    )
    net = filter_net(source, net_state("TEST", 3, ["a"])).parameter
    assert (net.state.phase, net.state.level, list(net.state.stage)) == (1, 3, ["own", "a"])
    assert [layer.phase for layer in net.layer] == [1, 0]
    assert not source.parameter.layer[0].HasField("phase")


def test_stages_of_the_net_itself_count(schema: Schema) -> None:
    source = net_from_text("state { stage: 's' } layer { include { stage: 's' } }", schema)
    assert filter_net(source, net_state("TEST")).parameter.layer


def test_both_kinds_of_rules(schema: Schema, refusal: Callable[..., str]) -> None:
    source = net_from_text("\nlayer { name: 'x' include { } exclude { } }", schema)
    assert refusal(filter_net, source, net_state("TEST")) == (
        "<text>:2: layer 'x' has both include and exclude rules; keep one kind"
    )


def test_net_state(refusal: Callable[..., str]) -> None:
    assert net_state("TRAIN") == NetState("TRAIN", 0, ())
    assert refusal(net_state, "train") == "phase: must be TRAIN or TEST; got train"
