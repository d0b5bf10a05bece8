"""Caffe's message format, with what plugins add to it."""
