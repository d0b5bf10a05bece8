"""Caffe's graph as one Keras model."""
