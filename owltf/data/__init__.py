"""Caffe's data layers, which make the batches that a net trains on; one file per layer type.

`source/` reads the files that hold the records, `target/` writes them, `transform.py` applies
`transform_param`.
"""

from owltf.registry.markers import hookimpl


@hookimpl
def owltf_data_layers() -> list[type]:
    """Return the data layers of this folder."""
    from owltf.data.data_layer import DataLayer
    from owltf.registry.discover import classes_in

    return classes_in(__name__, DataLayer)
