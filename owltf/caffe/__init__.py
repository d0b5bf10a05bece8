"""Caffe's own files, read and written without TensorFlow."""
