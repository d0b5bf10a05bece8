"""The layers that make batches: one file per Caffe data layer.

`source/` reads the files that hold the records, `transform.py` does what `transform_param` says.
"""

from owltf.registry.markers import hookimpl


@hookimpl
def owltf_data_layers() -> list[type]:
    """Give the data layers of this folder."""
    from owltf.data.data_layer import DataLayer
    from owltf.registry.discover import classes_in

    return classes_in(__name__, DataLayer)
