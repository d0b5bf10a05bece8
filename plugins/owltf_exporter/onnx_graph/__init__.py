"""Writes a net as an ONNX graph, with the axes in Caffe's order."""
