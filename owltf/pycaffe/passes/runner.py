"""Runs planned passes, each plan one compiled TensorFlow call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import tensorflow as tf

from owltf.keras_internals import flat_call
from owltf.net.net import Net
from owltf.pycaffe.memory.order import BlobOrder
from owltf.pycaffe.passes.plan import Plan, Version
from owltf.runtime.compiled import compiled
from owltf.runtime.step import Step, step


@dataclass(frozen=True)
class Results:
    """The tensors that a pass computed, in the layouts of their blobs.

    Attributes:
        tops: the values of the plan's `returned`.
        diffs: the gradients of its `targets`.
        params: the gradients of its `params`.
    """

    tops: Sequence[Any]
    diffs: Sequence[Any]
    params: Sequence[Any]


class PlannedPass:
    """A plan that is compiled once for each choice of shapes, and called without checks.

    Args:
        function: the plan as a function; it is kept with its plan, so that no other gets its id.
    """

    def __init__(self, function: _Pass) -> None:
        self._plan, self.traced = function.plan, compiled(function)
        self._calls: dict[Any, Any] = {}

    def run(self, fed: Sequence[Any], seeds: Sequence[Any], number: Any) -> Results:
        """Run the plan on the values of the blobs that it takes, and on gradients."""
        given = [*fed, *seeds]
        key = tuple(value.shape for value in given)
        if key not in self._calls:
            self._calls[key] = self._compiled(fed, seeds, number)
        made = self._calls[key]([*given, number])
        first, second = len(self._plan.returned), len(self._plan.returned) + self._differentiated
        return Results(made[:first], made[first:second], made[second:])

    @property
    def _differentiated(self) -> int:
        return len(self._plan.targets) if self._plan.seeds else 0

    def _compiled(self, *given: Any) -> Any:
        specs = tf.nest.map_structure(lambda each: tf.TensorSpec(each.shape, each.dtype), given)
        return flat_call(self.traced.get_concrete_function(specs))


@dataclass(frozen=True)
class Runner:
    """Runs the passes of one net.

    Attributes:
        net: the net.
    """

    net: Net
    _passes: dict[int, PlannedPass] = field(default_factory=dict, init=False)
    _orders: dict[Version, BlobOrder] = field(default_factory=dict, init=False)

    def order(self, version: Version) -> BlobOrder:
        """Return how the values of a blob's version lie."""
        if version not in self._orders:
            tops = self.net.layers[version[1]].tops
            self._orders[version] = BlobOrder(
                next(each for each in tops if each.name == version[0])
            )
        return self._orders[version]

    def run(self, plan: Plan, fed: Sequence[Any], seeds: Sequence[Any], number: int) -> Results:
        """Run a plan.

        Args:
            plan: the plan; each is compiled once.
            fed: the values of the blobs that it takes.
            seeds: the gradients that it starts from.
            number: a number that a forward pass and its backward pass have in common, and no
                others: random draws depend on it.
        """
        if id(plan) not in self._passes:
            self._passes[id(plan)] = PlannedPass(_Pass(self, plan))
        with self.net.pass_errors():
            return self._passes[id(plan)].run(fed, seeds, tf.constant(number, tf.int64))

    def statistics(self, plan: Plan) -> list[Any]:
        """Return the variables that a pass changes, such as BatchNorm's moving averages."""
        params = (param for place in plan.layers for param in self.net.layers[place].params)
        return [param.variable.value for param in params if not param.variable.trainable]


@dataclass(frozen=True)
class _Pass:
    """A plan as a function in a TensorFlow graph."""

    runner: Runner
    plan: Plan

    def __call__(self, given: tuple[Sequence[Any], Sequence[Any], Any]) -> Any:
        fed, seeds, number = given
        net, plan = self.runner.net, self.plan
        values = dict(zip(plan.fed, fed, strict=True))
        rows = next((source.layer.batch_size for source in net.sources), None)
        current = Step(number, net.context.seed, 0, 1, rows, wants_all_gradients=True)
        with ExitStack() as stack:
            stack.enter_context(step(current))
            if plan.repeats:
                # The pass repeats one that moved them already.
                stack.enter_context(_restored(self.runner.statistics(plan)))
            if not plan.seeds:
                self._run(values)
                return [values[version] for version in plan.returned], [], []
            with tf.GradientTape() as tape:
                tape.watch(list(values.values()))
                self._run(values)
                pairs = zip(seeds, plan.seeds, strict=True)
                objective = tf.add_n([tf.reduce_sum(seed * values[each]) for seed, each in pairs])
            diffs, params = self._gradients(tape, objective, values)
            return [values[version] for version in plan.returned], diffs, params

    def _run(self, values: dict[Version, Any]) -> None:
        net = self.runner.net
        for place, taken in zip(self.plan.layers, self.plan.bottoms, strict=True):
            layer = net.layers[place]
            if layer.is_effect and self.plan.repeats:
                continue
            tops = layer([values[version] for version in taken], training=net.phase == "TRAIN")
            values.update(
                ((blob.name, place), value)
                for blob, value in zip(layer.named_tops, tops, strict=False)
            )

    def _gradients(self, tape: Any, objective: Any, values: Mapping[Version, Any]) -> Any:
        sources = [values[version] for version in self.plan.targets.values()]
        variables = [param.variable.value for param in self.plan.params]
        diffs, params = tape.gradient(
            objective, (sources, variables), unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        return diffs, [tf.convert_to_tensor(each) for each in params]


@contextmanager
def _restored(variables: Sequence[Any]) -> Iterator[None]:
    """Restore the values of variables after the pass that is computed inside."""
    kept = [variable.read_value() for variable in variables]
    yield
    for variable, value in zip(variables, kept, strict=True):
        variable.assign(value)
