"""Caffe's own programs in Python, with their flags."""
