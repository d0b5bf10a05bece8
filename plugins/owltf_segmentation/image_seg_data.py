"""ImageSegData: DeepLab's and PSPNet's data layer of images and their labels' images."""

from __future__ import annotations

from typing import Any

from owltf.api import DataContext, OwltfError
from owltf_segmentation.image_pairs import PairedImages
from owltf_segmentation.pair_transform import PairTransform, mean_of
from owltf_segmentation.paired_data import PairedData


class ImageSegData(PairedData):
    """Reads images, their labels, and the images' sizes, (N, 1, 1, 2), as DeepLab does.

    An image that is smaller than the crop is padded on the right and below, by the mean and by
    `ignore_label`. With `label_type: IMAGE` the label is a number, with NONE there is none.
    """

    caffe_type = "ImageSegData"
    transform_fields = frozenset(
        {
            "crop_height",
            "crop_size",
            "crop_width",
            "mean_file",
            "mean_value",
            "mirror",
            "scale",
            "scale_factors",
        }
    )

    def __init__(self, context: DataContext) -> None:
        """Read the list and its first image.

        Raises:
            OwltfError: if they cannot be read, or a field of the layer does not fit them.
        """
        super().__init__(context)
        param = context.parameter.image_data_param
        with context.named_errors():
            images = PairedImages.of(context, param, _kind(param))
            _check_tops(context, images.kind)
            transform = _transform(context, images.channels)
            self.open(context, images, transform, param)


def _kind(param: Any) -> str:
    kinds = param.DESCRIPTOR.fields_by_name["label_type"].enum_type
    return str(kinds.values_by_number[param.label_type].name)


def _check_tops(context: DataContext, kind: str) -> None:
    most = 2 if kind == "NONE" else 3
    count = len(context.parameter.top)
    if not most - 1 <= count <= most:
        raise OwltfError(f"label_type {kind} needs {most - 1} tops or {most}, got {count}")


def _transform(context: DataContext, channels: int) -> PairTransform:
    param = context.parameter.transform_param
    crop = (int(param.crop_height), int(param.crop_width))
    if bool(crop[0]) != bool(crop[1]):
        raise OwltfError("crop_height and crop_width must be given both or neither")
    if param.crop_size:
        crop = (int(param.crop_size), int(param.crop_size))
    is_train = context.phase == "TRAIN"
    return PairTransform(
        crop=crop if all(crop) else None,
        is_random=is_train,
        mirror=param.mirror,
        mean=mean_of(context, param.mean_file, param.mean_value, channels),
        scale=param.scale,
        pad_label=context.parameter.image_data_param.ignore_label,
        factors=list(param.scale_factors) if is_train else (),
    )
