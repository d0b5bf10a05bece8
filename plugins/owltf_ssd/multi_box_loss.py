"""MultiBoxLoss: SSD's loss of places and classes, on matched priors and mined negatives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from owltf.api import Blob, Layer, LayerConverter, OwltfError, current_step, global_sum
from owltf_ssd.image_loss import ImageLoss


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
        own = 1 if self.options["share_location"] else self.options["num_classes"]
        loc = tf.reshape(loc, (images, count, own, 4))
        conf = tf.reshape(conf, (images, count, self.options["num_classes"]))
        prior, variance = (tf.reshape(priors[0, i], (count, 4)) for i in range(2))
        truth = self._counted(tf.reshape(truth, (-1, 8)))
        loss = ImageLoss(self.options, prior, variance)

        def one(image: Any) -> Any:
            number, places, scores = image
            mine = tf.boolean_mask(truth, tf.cast(truth[:, 0], tf.int32) == first + number)
            return loss.of(places, scores, mine)

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


class MultiBoxLoss(LayerConverter):
    """SSD's loss: of the places of matched priors, and of their and mined negatives' classes."""

    caffe_type = "MultiBoxLoss"
    bottoms = (4, 4)
    is_loss = True

    def without_effect(self, parameter: Any) -> Mapping[str, str]:
        """Return what is for boxes that are suppressed, where none are."""
        param = parameter.multibox_loss_param
        if not param.HasField("use_prior_for_nms") or param.HasField("nms_param"):
            return {}
        return {"use_prior_for_nms": "there is no nms_param"}

    def build(self, layer: Layer, *bottoms: Blob) -> Blob:
        """Return the loss.

        Raises:
            OwltfError: if the bottoms do not fit each other.
        """
        loc, conf, priors, truth = bottoms
        options = _options(layer)
        count, classes = priors.shape[-1] // 4, options["num_classes"]
        places = count * (1 if options["share_location"] else classes) * 4
        loc, conf = loc.flatten(), conf.flatten()
        if (loc.shape[1], conf.shape[1]) != (places, count * classes) or truth.shape[-1] != 8:
            raise layer.error(
                f"{count} priors and {classes} classes need {places} places, {count * classes} "
                f"scores and true boxes of 8 values; got {loc.shape[1]}, {conf.shape[1]} and "
                f"{truth.shape[-1]}"
            )
        nms = layer.parameter.multibox_loss_param.nms_param
        if options["nms_threshold"] > 0 and not nms.HasField("top_k"):
            raise layer.error("nms_param needs a top_k: without one, Caffe chooses no prior at all")
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
    has_nms = param.HasField("nms_param")
    options["nms_threshold"] = float(param.nms_param.nms_threshold) if has_nms else 0.0
    options["nms_top_k"] = int(param.nms_param.top_k) if param.nms_param.HasField("top_k") else -1
    loss = layer.parameter.loss_param
    modes = loss.DESCRIPTOR.fields_by_name["normalization"].enum_type.values_by_number
    options["normalization"] = str(modes[loss.normalization].name)
    if loss.HasField("normalize") and not loss.HasField("normalization"):
        options["normalization"] = "VALID" if loss.normalize else "BATCH_SIZE"
    return options


def _value(field: Any, value: Any) -> Any:
    return str(field.enum_type.values_by_number[value].name) if field.enum_type else value
