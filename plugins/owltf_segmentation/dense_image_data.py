"""DenseImageData: SegNet's data layer of images and their labels' images."""

from __future__ import annotations

from owltf.api import DataContext, OwltfError
from owltf_segmentation.image_pairs import PIXEL, PairedImages
from owltf_segmentation.pair_transform import PairTransform, mean_of
from owltf_segmentation.paired_data import PairedData


class DenseImageData(PairedData):
    """Reads images and their labels, (N, C, H, W) and (N, 1, H, W), as SegNet does."""

    caffe_type = "DenseImageData"
    transform_fields = frozenset({"mean_file", "mean_value", "mirror", "scale"})

    def __init__(self, context: DataContext) -> None:
        """Read the list and its first image.

        Raises:
            OwltfError: if they cannot be read, or a field of the layer does not fit them.
        """
        super().__init__(context)
        param, rest = context.parameter.dense_image_data_param, context.parameter.transform_param
        with context.named_errors():
            if len(context.parameter.top) != 2:
                raise OwltfError(f"needs two tops, got {len(context.parameter.top)}")
            images = PairedImages.of(context, param, PIXEL)
            crop = (int(param.crop_height), int(param.crop_width))
            mean = mean_of(
                context, param.mean_file or rest.mean_file, rest.mean_value, images.channels
            )
            transform = PairTransform(
                crop=crop if all(crop) else None,
                is_random=context.phase == "TRAIN",
                mirror=param.mirror or rest.mirror,
                mean=mean,
                scale=rest.scale,
                pad_label=None,
            )
            self.open(context, images, transform, param)
