"""Reads and writes Caffe's binary files: weights and solver states, in protobuf or HDF5."""
