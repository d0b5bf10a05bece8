"""Builds a Keras model from Caffe's layers, and runs, loads and saves the net that it makes."""
