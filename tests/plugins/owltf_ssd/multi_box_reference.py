"""MultiBoxLoss as its definition says, one prior after the other, in NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Options:
    """The fields of `MultiBoxLossParameter`, by their names and with their defaults."""

    num_classes: int = 3
    background_label_id: int = 0
    share_location: bool = True
    loc_loss_type: str = "SMOOTH_L1"
    conf_loss_type: str = "SOFTMAX"
    loc_weight: float = 1.0
    match_type: str = "PER_PREDICTION"
    overlap_threshold: float = 0.5
    use_prior_for_matching: bool = True
    use_difficult_gt: bool = True
    neg_pos_ratio: float = 3.0
    neg_overlap: float = 0.5
    code_type: str = "CORNER"
    encode_variance_in_target: bool = False
    map_object_to_agnostic: bool = False
    ignore_cross_boundary_bbox: bool = False
    bp_inside: bool = False
    mining_type: str = "MAX_NEGATIVE"
    sample_size: int = 64
    use_prior_for_nms: bool = False
    nms: tuple[float, int] | None = None

    def text(self) -> str:
        """Return the fields that differ from the defaults, as a prototxt has them."""
        words = []
        for name, default in vars(Options()).items():
            value = getattr(self, name)
            if value != default or name == "num_classes":
                words.append(_field(name, value))
        return f"multibox_loss_param {{ {' '.join(words)} }}"


def _field(name: str, value: Any) -> str:
    if name == "nms":
        return f"nms_param {{ nms_threshold: {value[0]} top_k: {value[1]} }}"
    return f"{name}: {str(value).lower() if isinstance(value, bool) else value}"


def overlap(one: Any, other: Any) -> float:
    """Return the area that two boxes share by the area that either covers."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = np.prod(np.maximum(sides, 0))
    areas = [np.prod(np.maximum(box[2:] - box[:2], 0)) for box in (one, other)]
    return float(shared / (sum(areas) - shared)) if shared > 0 else 0.0


def decoded(place: Any, prior: Any, variance: Any, code: str) -> Any:
    """Return the box that a place stands for."""
    size = prior[2:] - prior[:2]
    moved = place * variance
    if code == "CORNER":
        return prior + moved
    if code == "CORNER_SIZE":
        return prior + moved * np.tile(size, 2)
    center = (prior[:2] + prior[2:]) / 2 + moved[:2] * size
    half = np.exp(moved[2:]) * size / 2
    return np.concatenate([center - half, center + half])


def encoded(box: Any, prior: Any, variance: Any, code: str) -> Any:
    """Return the place that stands for a box."""
    size = prior[2:] - prior[:2]
    if code == "CORNER":
        return (box - prior) / variance
    if code == "CORNER_SIZE":
        return (box - prior) / np.tile(size, 2) / variance
    shift = ((box[:2] + box[2:]) / 2 - (prior[:2] + prior[2:]) / 2) / size
    return np.concatenate([shift, np.log((box[2:] - box[:2]) / size)]) / variance


def crosses(box: Any) -> bool:
    """Return whether a box reaches beyond the image."""
    return bool((box < 0).any() or (box > 1).any())


def matched(boxes: Any, truth: Any, label: int | None, options: Options) -> tuple[Any, Any]:
    """Return the number of each box's true box, -1 or -2 (left out), and its best overlap."""
    number, best = np.full(len(boxes), -1), np.zeros(len(boxes))
    table = np.zeros((len(boxes), len(truth)))
    for i, box in enumerate(boxes):
        if options.ignore_cross_boundary_bbox and crosses(box):
            number[i] = -2
            continue
        for j, row in enumerate(truth):
            if label is None or row[1] == label:
                table[i, j] = overlap(box, row[3:7])
        best[i] = table[i].max(initial=0)
    table[table <= 1e-6] = 0
    free = {j for j, row in enumerate(truth) if label is None or row[1] == label}
    while free:
        pairs = [(table[i, j], i, j) for i in np.flatnonzero(number == -1) for j in sorted(free)]
        top = max(pairs, key=lambda each: each[0], default=(0, 0, 0))
        if top[0] <= 0:
            break
        number[top[1]] = top[2]
        free.remove(top[2])
    if options.match_type == "PER_PREDICTION":
        for i in np.flatnonzero(number == -1):
            if len(truth) and table[i].max() >= max(options.overlap_threshold, 1e-6):
                number[i] = int(np.argmax(table[i]))
    return number, best


def conf_loss(scores: Any, label: int, options: Options) -> float:
    """Return the loss of one prior's scores."""
    if options.conf_loss_type == "SOFTMAX":
        return float(np.log(np.exp(scores).sum()) - scores[label])
    target = np.arange(len(scores)) == label
    return float((np.log1p(np.exp(scores)) - scores * target).sum())


def loc_loss(place: Any, row: Any, prior: Any, variance: Any, box: Any, options: Options) -> float:
    """Return the loss of one prior's place."""
    scale = np.ones(4) if options.encode_variance_in_target else variance
    difference = place - encoded(row[3:7], prior, scale, options.code_type)
    if options.encode_variance_in_target:
        difference = difference / variance
    if options.bp_inside:
        difference = np.where((box < 0) | (box > 1), 0, difference)
    size = np.abs(difference)
    if options.loc_loss_type == "L2":
        return float((difference**2).sum() / 2)
    return float(np.where(size < 1, size**2 / 2, size - 0.5).sum())


@dataclass(frozen=True)
class Group:
    """The priors of one class, or of all classes together, with their true boxes.

    Attributes:
        column: which of a prior's places is its own.
        boxes: what is matched.
        number: of each prior's true box, -1, or -2 if it is left out.
        best: the greatest overlap of each.
    """

    column: int
    boxes: Any
    number: Any
    best: Any


@dataclass(frozen=True)
class Image:
    """One image, whose loss is counted prior by prior.

    Attributes:
        loc: the places, (P, 1 or C, 4).
        conf: the scores, (P, C).
        priors: (P, 4).
        variances: (P, 4).
        truth: its true boxes, (T, 8).
        options: the fields.
    """

    loc: Any
    conf: Any
    priors: Any
    variances: Any
    truth: Any
    options: Options

    def boxes_of(self, column: int) -> Any:
        """Return the boxes that are predicted."""
        options = self.options
        scale = (
            np.ones_like(self.variances) if options.encode_variance_in_target else self.variances
        )
        each = zip(self.loc[:, column], self.priors, scale, strict=True)
        return np.array([decoded(place, p, v, options.code_type) for place, p, v in each])

    def groups(self) -> list[Group]:
        """Return the matches, of each class by itself if places are not shared."""
        options = self.options
        if not len(self.truth):
            return []
        if options.share_location:
            boxes = self.priors if options.use_prior_for_matching else self.boxes_of(0)
            return [Group(0, boxes, *matched(boxes, self.truth, None, options))]
        labels = sorted(set(range(options.num_classes)) - {options.background_label_id})
        return [self.of_class(label) for label in labels]

    def of_class(self, label: int) -> Group:
        """Return the matches of one class."""
        if not self.options.use_prior_for_matching:
            boxes = self.boxes_of(label)
            return Group(label, boxes, *matched(boxes, self.truth, label, self.options))
        number, best = matched(self.priors, self.truth, None, self.options)
        # What Caffe leaves out is a negative like others of each class alone.
        own = [n >= 0 and self.truth[n][1] == label for n in number]
        return Group(label, self.priors, np.where(own, number, -1), best)

    def label(self, number: int) -> int:
        """Return the class of a true box."""
        options = self.options
        agnostic = options.map_object_to_agnostic
        return options.background_label_id + 1 if agnostic else int(self.truth[number][1])

    def place_loss(self, group: Group, p: int) -> float:
        """Return the loss of a matched prior's place."""
        row = self.truth[group.number[p]]
        given = (self.priors[p], self.variances[p], group.boxes[p], self.options)
        return loc_loss(self.loc[p, group.column], row, *given)

    def ranks(self, groups: list[Group]) -> Any:
        """Return the loss by which each prior is chosen."""
        found = np.zeros(len(self.priors))
        for p, scores in enumerate(self.conf):
            own = [group for group in groups if group.number[p] >= 0]
            label = self.label(own[0].number[p]) if own else self.options.background_label_id
            found[p] = conf_loss(scores, label, self.options)
            if own and self.options.mining_type == "HARD_EXAMPLE":
                found[p] += self.place_loss(own[-1], p)
        return found

    def chosen(self, group: Group, ranks: Any) -> list[int]:
        """Return the priors that mining takes for a group."""
        options, count = self.options, len(self.priors)
        if options.mining_type == "NONE":
            return []
        eligible, most = list(range(count)), options.sample_size
        if options.mining_type == "MAX_NEGATIVE":
            open_ = (group.number == -1) & (group.best < options.neg_overlap)
            eligible = np.flatnonzero(open_).tolist()
            most = int((group.number >= 0).sum() * options.neg_pos_ratio)
        order = sorted(eligible, key=lambda p: -ranks[p])
        if options.nms is not None:
            boxes = self.priors if options.use_prior_for_nms else self.boxes_of(group.column)
            order = apart(order[: options.nms[1]], boxes, options.nms[0])
        return order[:most]

    def loss(self) -> tuple[float, int]:
        """Return the sum of the losses, and the number of matches."""
        options, groups = self.options, self.groups()
        ranks, taken = self.ranks(groups), set[int]()
        total, positives, negatives = 0.0, [], []
        for group in groups:
            taken |= set(self.chosen(group, ranks))
            for p, number in enumerate(group.number):
                if number >= 0 and (options.mining_type != "HARD_EXAMPLE" or p in taken):
                    total += options.loc_weight * self.place_loss(group, p)
                    positives.append((p, self.label(number)))
                elif number == -1 and p in taken:
                    negatives.append((p, options.background_label_id))
        classes = (
            self.unmined(positives) if options.mining_type == "NONE" else positives + negatives
        )
        total += sum(conf_loss(self.conf[p], label, options) for p, label in classes)
        return total, len(positives)

    def unmined(self, positives: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the class of every prior."""
        options, labels = self.options, dict(positives)
        none = options.background_label_id if options.conf_loss_type == "SOFTMAX" else -1
        return [(p, labels.get(p, none)) for p in range(len(self.priors))]


def apart(order: list[int], boxes: Any, threshold: float) -> list[int]:
    """Return those that overlap none before them by more than a threshold."""
    kept: list[int] = []
    for p in order:
        if all(overlap(boxes[p], boxes[q]) <= threshold for q in kept):
            kept.append(p)
    return kept


def loss(loc: Any, conf: Any, priors: Any, truth: Any, options: Options) -> float:
    """Return the loss of a batch, divided by its matches.

    Args:
        loc: (N, P * 4), or (N, P * C * 4).
        conf: (N, P * C).
        priors: (1, 2, P * 4).
        truth: (1, 1, T, 8).
        options: the fields.
    """
    boxes, variances = priors.reshape(2, -1, 4).astype(np.float64)
    rows = truth.reshape(-1, 8).astype(np.float64)
    rows = rows[rows[:, 7] == 0] if not options.use_difficult_gt else rows
    total, matches = 0.0, 0
    for number, (place, scores) in enumerate(zip(loc, conf, strict=True)):
        own = place.reshape(len(boxes), -1, 4).astype(np.float64)
        kinds = scores.reshape(len(boxes), -1).astype(np.float64)
        found = Image(own, kinds, boxes, variances, rows[rows[:, 0] == number], options).loss()
        total, matches = total + found[0], matches + found[1]
    return total / max(matches, 1)
