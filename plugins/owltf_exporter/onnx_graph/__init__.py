"""Writing a net as an ONNX graph, in Caffe's own order of axes."""
