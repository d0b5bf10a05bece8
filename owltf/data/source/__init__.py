"""Reads the files that hold a data layer's records: LMDB, HDF5, Datums, images."""
