"""The hook of this plugin.

owltf imports this module with every command, so what loads TensorFlow is imported inside the
function, never at the top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from owltf.api import hookimpl

if TYPE_CHECKING:
    from owltf.api import DataLayer


@hookimpl
def owltf_data_layers() -> list[type[DataLayer]]:
    """Return this plugin's data layers."""
    from tfrecord_plugin.tfrecord import TFRecord

    return [TFRecord]
