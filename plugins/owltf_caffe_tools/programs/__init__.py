"""Caffe's programs, a file each."""
