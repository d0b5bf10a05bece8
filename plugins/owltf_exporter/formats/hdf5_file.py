"""The hdf5 format: the net's weights in HDF5, as Caffe reads them."""

from __future__ import annotations

from owltf_exporter.formats.caffemodel_file import TOLERANCE, check, write

__all__ = ["TOLERANCE", "check", "write"]
