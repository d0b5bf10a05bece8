"""Layers that bring blobs in from outside the net."""
