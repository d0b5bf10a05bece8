"""MultiBoxLoss: SSD's loss of places and classes, on matched priors and mined negatives."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OwltfError, current_step, global_sum
from owltf_ssd.boxes import box_overlaps, decode_boxes, encode_boxes
from owltf_ssd.matching import hardest, match
from owltf_ssd.smooth_l1_loss import smooth_l1


@keras.saving.register_keras_serializable("owltf_ssd")
class MultiBox(keras.layers.Layer):
    """The loss of predictions (N, P * 4) and scores (N, P * C) for true boxes (1, 1, T, 8).

    Args:
        options: the fields of `MultiBoxLossParameter`, enums by name, and `normalization`.
        **kwargs: the arguments of `keras.layers.Layer`.
    """

    def __init__(self, options: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.options = dict(options)
        self.supports_jit = False

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "options": self.options}

    def call(self, inputs: Any) -> Any:
        """Return the loss."""
        loc, conf, priors, truth = inputs
        images, count = tf.shape(conf)[0], tf.shape(priors)[-1] // 4
        first = self._first_image(truth, priors)
        loc = tf.reshape(loc, (images, count, 4))
        conf = tf.reshape(conf, (images, count, self.options["num_classes"]))
        prior, variance = (tf.reshape(priors[0, i], (count, 4)) for i in range(2))
        truth = self._counted(tf.reshape(truth, (-1, 8)))

        def one(image: Any) -> Any:
            number, places, scores = image
            own = tf.boolean_mask(truth, tf.cast(truth[:, 0], tf.int32) == first + number)
            return self._image(places, scores, prior, variance, own)

        kinds = (tf.TensorSpec((), tf.float32), tf.TensorSpec((), tf.float32))
        sums, matches = tf.map_fn(one, (tf.range(images), loc, conf), fn_output_signature=kinds)
        total, divisor = global_sum(
            tf.reduce_sum(sums), tf.stop_gradient(self._divisor(images, count, matches))
        )
        return total / tf.maximum(divisor, 1.0)

    def _first_image(self, *whole: Any) -> int:
        """Return the number in the whole batch of this replica's first image.

        Raises:
            OwltfError: if what each replica needs whole was split among them like the images.
        """
        step = current_step()
        first = step.first_row if step else 0
        if first is None or any(each.shape[0] == 0 for each in whole):
            raise OwltfError(
                f"MultiBoxLoss layer '{self.name}': several devices each need all priors and true "
                "boxes, as PriorBox and AnnotatedData give them; take one device"
            )
        return first

    def _counted(self, truth: Any) -> Any:
        counts = truth[:, 0] >= 0
        if not self.options["use_difficult_gt"]:
            counts = tf.logical_and(counts, truth[:, 7] == 0)
        return tf.boolean_mask(truth, counts)

    def _divisor(self, images: Any, count: Any, matches: Any) -> Any:
        ways = {
            "VALID": lambda: tf.reduce_sum(matches),
            "FULL": lambda: tf.cast(images * count, tf.float32),
            "BATCH_SIZE": lambda: tf.cast(images, tf.float32),
        }
        return ways.get(self.options["normalization"], lambda: tf.constant(0.0))()

    def _image(self, loc: Any, conf: Any, prior: Any, variance: Any, truth: Any) -> Any:
        """Return the sum of one image's losses, and its number of matches."""
        options = self.options
        scale = tf.ones_like(variance) if options["encode_variance_in_target"] else variance
        boxes = prior
        if not options["use_prior_for_matching"]:
            boxes = tf.stop_gradient(decode_boxes(loc, prior, scale, options["code_type"]))
        overlaps = box_overlaps(boxes[:, None], truth[None, :, 3:7])
        inside = self._inside(prior)
        overlaps = tf.where(inside[:, None], overlaps, -1.0)
        per_prior = options["match_type"] == "PER_PREDICTION"
        number = match(overlaps, options["overlap_threshold"] if per_prior else None)
        padded = tf.concat([truth, tf.ones((1, 8))], 0)
        mine = tf.gather(padded, tf.where(number < 0, tf.shape(truth)[0], number))
        target = encode_boxes(mine[:, 3:7], prior, scale, options["code_type"])
        is_match = number >= 0
        # What is matched with nothing has no finite target, whose gradient would be no number.
        target = tf.where(is_match[:, None], target, tf.stop_gradient(loc))
        loc_losses = self._loc_losses(loc, target)
        conf_losses = self._conf_losses(conf, mine[:, 1], is_match)
        best = tf.reduce_max(tf.pad(overlaps, [[0, 0], [0, 1]]), 1)
        is_match, counted = self._mined(is_match, best, inside, conf_losses, loc_losses)
        conf_losses = self._conf_losses(conf, mine[:, 1], is_match)
        places = tf.reduce_sum(tf.where(is_match, loc_losses, 0.0)) * options["loc_weight"]
        classes = tf.reduce_sum(tf.where(counted, conf_losses, 0.0))
        return places + classes, tf.reduce_sum(tf.cast(is_match, tf.float32))

    def _inside(self, prior: Any) -> Any:
        within = tf.reduce_all(tf.logical_and(prior >= 0, prior <= 1), 1)
        ignores = self.options["ignore_cross_boundary_bbox"]
        return within if ignores else tf.ones_like(within)

    def _loc_losses(self, loc: Any, target: Any) -> Any:
        smooth = self.options["loc_loss_type"] == "SMOOTH_L1"
        difference = loc - tf.stop_gradient(target)
        each = smooth_l1(difference) if smooth else tf.square(difference) / 2
        return tf.reduce_sum(each, 1)

    def _conf_losses(self, conf: Any, label: Any, is_match: Any) -> Any:
        """Return the loss of each prior's scores; a negative's class is the background."""
        options = self.options
        classes, background = options["num_classes"], options["background_label_id"]
        own = tf.fill(tf.shape(label), background + 1)
        own = own if options["map_object_to_agnostic"] else tf.cast(label, tf.int32)
        labels = tf.where(is_match, own, background)
        if options["conf_loss_type"] == "SOFTMAX":
            return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, conf)
        target = tf.one_hot(labels, classes)
        if options["mining_type"] == "NONE":
            target = tf.where(is_match[:, None], target, 0.0)
        return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(target, conf), 1)

    def _mined(self, is_match: Any, best: Any, inside: Any, conf: Any, loc: Any) -> Any:
        """Return the matches that count, and the priors whose scores count."""
        options = self.options
        if options["mining_type"] == "NONE":
            return is_match, tf.ones_like(is_match)
        if options["mining_type"] == "HARD_EXAMPLE":
            losses = tf.stop_gradient(conf + tf.where(is_match, loc, 0.0))
            chosen = hardest(losses, inside, options["sample_size"])
            return tf.logical_and(is_match, chosen), chosen
        eligible = tf.logical_and(tf.logical_not(is_match), best < options["neg_overlap"])
        eligible = tf.logical_and(eligible, inside)
        positives = tf.reduce_sum(tf.cast(is_match, tf.float32))
        number = tf.cast(positives * options["neg_pos_ratio"], tf.int32)
        chosen = hardest(tf.stop_gradient(conf), eligible, number)
        return is_match, tf.logical_or(is_match, chosen)


class MultiBoxLoss(LayerConverter):
    """SSD's loss: of the places of matched priors, and of their and mined negatives' classes."""

    caffe_type = "MultiBoxLoss"
    bottoms = (4, 4)
    is_loss = True

    def check(self, layer: Layer) -> None:
        """Refuse what MultiBoxLoss does not do here."""
        param = layer.parameter.multibox_loss_param
        if not param.share_location:
            raise layer.unsupported("share_location: false")
        if param.bp_inside:
            raise layer.unsupported("bp_inside: true")
        if param.mining_type == param.HARD_EXAMPLE and param.HasField("nms_param"):
            raise layer.unsupported("mining_type: HARD_EXAMPLE with nms_param")

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the loss.

        Raises:
            OwltfError: if the bottoms do not fit each other.
        """
        loc, conf, priors, truth = bottoms
        options = _options(layer)
        count, classes = priors.shape[-1] // 4, options["num_classes"]
        loc, conf = loc.flatten(), conf.flatten()
        if (loc.shape[1], conf.shape[1]) != (count * 4, count * classes) or truth.shape[-1] != 8:
            raise layer.error(
                f"{count} priors and {classes} classes need {count * 4} places, {count * classes} "
                f"scores and true boxes of 8 values; got {loc.shape[1]}, {conf.shape[1]} and "
                f"{truth.shape[-1]}"
            )
        if truth.shape[0] != 1:
            raise layer.error(f"needs true boxes (1, 1, boxes, 8); got {truth.shape}")
        tensors = [each.to_caffe().tensor for each in (loc, conf, priors, truth)]
        return loc.scalar(layer.keras(MultiBox, options=options)(tensors))


def _options(layer: Layer) -> dict[str, Any]:
    """Return the fields of a layer's message, enums by name."""
    param = layer.parameter.multibox_loss_param
    scalars = (field for field in param.DESCRIPTOR.fields if not field.message_type)
    options = {field.name: _value(field, getattr(param, field.name)) for field in scalars}
    if param.HasField("do_neg_mining") and not param.HasField("mining_type"):
        options["mining_type"] = "MAX_NEGATIVE" if param.do_neg_mining else "NONE"
    loss = layer.parameter.loss_param
    modes = loss.DESCRIPTOR.fields_by_name["normalization"].enum_type.values_by_number
    options["normalization"] = str(modes[loss.normalization].name)
    if loss.HasField("normalize") and not loss.HasField("normalization"):
        options["normalization"] = "VALID" if loss.normalize else "BATCH_SIZE"
    return options


def _value(field: Any, value: Any) -> Any:
    return str(field.enum_type.values_by_number[value].name) if field.enum_type else value
