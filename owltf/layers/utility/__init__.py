"""Layers that join, split, select and reshape blobs."""
