"""Data layers of Caffe's that owltf does not read yet, and what a user can do instead."""

_TO_LMDB = "put the images into an LMDB, for a Data layer"

UNREAD = {"ImageData": _TO_LMDB, "MemoryData": _TO_LMDB, "WindowData": _TO_LMDB}
