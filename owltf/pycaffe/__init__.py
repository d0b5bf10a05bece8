"""Caffe's Python layers: code of the user's that runs on the host, against a small `caffe`.

It stands beside `owltf.layers` rather than in it: nothing here knows TensorFlow, and `owltf.net`
hands a net's code to its layers.
"""
