"""Layers whose blobs come from outside the net."""
