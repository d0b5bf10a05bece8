"""Caffe's message format (`caffe.proto`), with the messages and fields that plugins add to it."""
