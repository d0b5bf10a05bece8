"""Layers that compute each value by itself."""
