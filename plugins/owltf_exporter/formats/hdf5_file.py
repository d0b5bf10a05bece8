"""The hdf5 format: the net's weights in the HDF5 file that Caffe reads."""

from __future__ import annotations

from owltf_exporter.formats.caffemodel_file import TOLERANCE, check, write

__all__ = ["TOLERANCE", "check", "write"]
