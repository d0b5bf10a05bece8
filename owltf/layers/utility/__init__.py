"""Layers that join, cut and reshape blobs."""
