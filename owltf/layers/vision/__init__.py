"""Layers that look at windows of images."""
