"""Runs Python layers, the user's own code, with a small module in place of pycaffe's `caffe`.

Nothing here imports TensorFlow; `owltf.layers` calls the code from a Keras layer.
"""
