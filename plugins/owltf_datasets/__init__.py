"""Makes, looks at and checks the files that Caffe's data layers read."""

from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the commands that make data, and those that look at them."""
    from owltf_datasets.compute_image_mean import compute_image_mean
    from owltf_datasets.convert_digits import convert_cifar, convert_mnist
    from owltf_datasets.convert_imageset import convert_imageset
    from owltf_datasets.dataset import dataset

    makers = (convert_imageset, convert_mnist, convert_cifar, compute_image_mean)
    for command in (*makers, dataset):
        commands.add_command(command)
