"""Layers that compute on windows of images: convolution, pooling, crops."""
