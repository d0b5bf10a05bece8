"""The loss of one image's priors, as SSD's MultiBoxLoss counts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from owltf_ssd.boxes import box_overlaps, decode_boxes, encode_boxes
from owltf_ssd.matching import best_overlaps, chosen_by_loss, match
from owltf_ssd.smooth_l1_loss import smooth_l1


@dataclass(frozen=True)
class Matches:
    """The priors that predict true boxes, among those of one class or of all classes together.

    Attributes:
        loc: the places that are predicted, (P, 4).
        boxes: what is matched, priors or predicted boxes, (P, 4).
        number: the number of each prior's true box, or -1, (P,).
        best: the greatest overlap of each with a true box, (P,).
    """

    loc: Any
    boxes: Any
    number: Any
    best: Any

    @property
    def found(self) -> Any:
        """Which priors have a true box, (P,)."""
        return self.number >= 0


@dataclass(frozen=True)
class ImageLoss:
    """Computes the loss of one image.

    Attributes:
        options: the fields of `MultiBoxLossParameter`, enums by name, and those of `nms_param`.
        prior: the priors, (P, 4).
        variance: their variances, (P, 4).
    """

    options: dict[str, Any]
    prior: Any
    variance: Any

    def of(self, loc: Any, conf: Any, truth: Any) -> tuple[Any, Any]:
        """Return the sum of the losses, and the number of matches.

        Args:
            loc: the predicted places, (P, 1, 4), or (P, C, 4) where classes have their own.
            conf: the scores, (P, C).
            truth: the image's true boxes, (T, 8).
        """
        groups = self._matches(loc, truth)
        padded = tf.concat([truth, tf.ones((1, 8))], 0)
        mine = [self._own_rows(each, padded) for each in groups]
        places = [self._loc_losses(each, rows) for each, rows in zip(groups, mine, strict=True)]
        labels = [self._labels(each, rows) for each, rows in zip(groups, mine, strict=True)]
        if self.options["mining_type"] == "NONE":
            kept = [each.found for each in groups]
            classes = self._unmined(conf, labels, kept)
        else:
            counts_any = tf.shape(truth)[0] > 0
            kept, classes = self._mined(groups, conf, places, labels, counts_any)
        pairs = zip(kept, places, strict=True)
        total = tf.add_n([tf.reduce_sum(tf.where(each, loss, 0.0)) for each, loss in pairs])
        count = tf.add_n([tf.reduce_sum(tf.cast(each, tf.float32)) for each in kept])
        return total * self.options["loc_weight"] + classes, count

    def _scale(self) -> Any:
        encoded = self.options["encode_variance_in_target"]
        return tf.ones_like(self.variance) if encoded else self.variance

    def _matches(self, loc: Any, truth: Any) -> list[Matches]:
        """Return the matches of all classes together, or of each class but the background."""
        if self.options["share_location"]:
            return [self._matched(loc[:, 0], truth, tf.ones_like(truth[:, 1], tf.bool))]
        background = self.options["background_label_id"]
        labels = [label for label in range(self.options["num_classes"]) if label != background]
        if not self.options["use_prior_for_matching"]:
            return [self._matched(loc[:, n], truth, truth[:, 1] == float(n)) for n in labels]
        whole = self._matched(loc[:, 0], truth, tf.ones_like(truth[:, 1], tf.bool))
        labeled = tf.concat([[-1.0], truth[:, 1]], 0)
        own = tf.gather(labeled, whole.number + 1)
        return [
            Matches(loc[:, n], whole.boxes, tf.where(own == float(n), whole.number, -1), whole.best)
            for n in labels
        ]

    def _matched(self, loc: Any, truth: Any, counts: Any) -> Matches:
        boxes = self.prior
        if not self.options["use_prior_for_matching"]:
            code = self.options["code_type"]
            boxes = tf.stop_gradient(decode_boxes(loc, self.prior, self._scale(), code))
        overlaps = box_overlaps(boxes[:, None], truth[None, :, 3:7])
        overlaps = tf.where(self._inside(boxes)[:, None] & counts[None], overlaps, -1.0)
        per_prior = self.options["match_type"] == "PER_PREDICTION"
        number = match(overlaps, self.options["overlap_threshold"] if per_prior else None)
        return Matches(loc, boxes, number, best_overlaps(overlaps))

    def _inside(self, boxes: Any) -> Any:
        within = tf.reduce_all((boxes >= 0) & (boxes <= 1), 1)
        return within if self.options["ignore_cross_boundary_bbox"] else tf.ones_like(within)

    def _own_rows(self, matches: Matches, padded: Any) -> Any:
        last = tf.shape(padded)[0] - 1
        return tf.gather(padded, tf.where(matches.found, matches.number, last))

    def _loc_losses(self, matches: Matches, rows: Any) -> Any:
        """Return the loss of each prior's place, (P,); 0 of those without a true box."""
        code, loc = self.options["code_type"], matches.loc
        target = encode_boxes(rows[:, 3:7], self.prior, self._scale(), code)
        # What is matched with nothing has no finite target, whose gradient would be no number.
        target = tf.where(matches.found[:, None], target, tf.stop_gradient(loc))
        difference = loc - tf.stop_gradient(target)
        if self.options["encode_variance_in_target"]:
            # Caffe hands the gradient of the scaled difference back as it is.
            difference += tf.stop_gradient(difference / self.variance - difference)
        if self.options["bp_inside"]:
            inside = (matches.boxes >= 0) & (matches.boxes <= 1)
            difference = tf.where(inside, difference, 0.0)
        smooth = self.options["loc_loss_type"] == "SMOOTH_L1"
        each = smooth_l1(difference) if smooth else tf.square(difference) / 2
        return tf.reduce_sum(each, 1)

    def _labels(self, matches: Matches, rows: Any) -> Any:
        """Return the class of each prior, (P,); the background of those without a true box."""
        background = self.options["background_label_id"]
        own = tf.cast(rows[:, 1], tf.int32)
        if self.options["map_object_to_agnostic"]:
            own = tf.fill(tf.shape(own), background + 1)
        return tf.where(matches.found, own, background)

    def _conf_losses(self, conf: Any, labels: Any) -> Any:
        """Return the loss of each prior's scores, (P,)."""
        if self.options["conf_loss_type"] == "SOFTMAX":
            return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, conf)
        target = tf.one_hot(labels, self.options["num_classes"])
        return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(target, conf), 1)

    def _unmined(self, conf: Any, labels: list[Any], kept: list[Any]) -> Any:
        """Return the loss of all scores; where classes share a prior, the last one counts."""
        label, found = labels[0], kept[0]
        for other, is_own in zip(labels[1:], kept[1:], strict=True):
            label, found = tf.where(is_own, other, label), found | is_own
        if self.options["conf_loss_type"] == "SOFTMAX":
            return tf.reduce_sum(self._conf_losses(conf, label))
        # Without mining the background is no class of Caffe's logistic loss.
        target = tf.where(found[:, None], tf.one_hot(label, conf.shape[-1]), 0.0)
        return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(target, conf))

    def _mined(
        self, groups: list[Matches], conf: Any, places: Any, labels: Any, counts_any: Any
    ) -> tuple[list[Any], Any]:
        """Return the matches that count in each group, and the sum of the scores' losses."""
        losses = tf.stop_gradient(self._losses_to_rank(groups, conf, places, labels))
        background = tf.fill(tf.shape(labels[0]), self.options["background_label_id"])
        as_background = self._conf_losses(conf, background)
        taken, kept, total = tf.zeros_like(groups[0].found), [], []
        for matches, label in zip(groups, labels, strict=True):
            # What one class has taken is negative for those after it too.
            taken |= self._chosen(matches, losses)
            is_open = self._inside(matches.boxes) & counts_any
            is_negative = taken & is_open & ~matches.found
            hard = self.options["mining_type"] == "HARD_EXAMPLE"
            kept.append(matches.found & taken if hard else matches.found)
            own = tf.where(kept[-1], self._conf_losses(conf, label), 0.0)
            total.append(tf.reduce_sum(own + tf.where(is_negative, as_background, 0.0)))
        return kept, tf.add_n(total)

    def _losses_to_rank(self, groups: Any, conf: Any, places: Any, labels: Any) -> Any:
        """Return the loss by which each prior is chosen, (P,)."""
        label, place = labels[-1], tf.zeros_like(places[0])
        for matches, own in zip(reversed(groups), reversed(labels), strict=True):
            label = tf.where(matches.found, own, label)
        if self.options["mining_type"] == "HARD_EXAMPLE":
            for matches, loss in zip(groups, places, strict=True):
                place = tf.where(matches.found, loss, place)
        return self._conf_losses(conf, label) + place

    def _chosen(self, matches: Matches, losses: Any) -> Any:
        """Return the priors of the greatest losses, (P,)."""
        options, hard = self.options, self.options["mining_type"] == "HARD_EXAMPLE"
        eligible, number = tf.ones_like(matches.found), options["sample_size"]
        if not hard:
            eligible = ~matches.found & (matches.best < options["neg_overlap"])
            eligible &= self._inside(matches.boxes)
            positives = tf.reduce_sum(tf.cast(matches.found, tf.float32))
            number = tf.cast(positives * options["neg_pos_ratio"], tf.int32)
        boxes = None
        if options["nms_threshold"] > 0:
            boxes = self.prior
            if not options["use_prior_for_nms"]:
                boxes = decode_boxes(matches.loc, self.prior, self._scale(), options["code_type"])
        limits = (options["nms_threshold"], options["nms_top_k"])
        return chosen_by_loss(losses, eligible, number, boxes, limits)
