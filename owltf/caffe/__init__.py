"""Caffe's files: message format, text, binary files, old generations, nets. Without TensorFlow."""
