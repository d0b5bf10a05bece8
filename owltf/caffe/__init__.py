"""Reads and writes Caffe's files: prototxt, caffemodel, solverstate; it needs no TensorFlow."""
