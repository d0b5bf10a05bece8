"""Makes, looks at and checks the files that Caffe's data layers read."""

from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the commands `convert-imageset`, `compute-image-mean` and `dataset`."""
    from owltf_datasets.compute_image_mean import compute_image_mean
    from owltf_datasets.convert_imageset import convert_imageset
    from owltf_datasets.dataset import dataset

    for command in (convert_imageset, compute_image_mean, dataset):
        commands.add_command(command)
