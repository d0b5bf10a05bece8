"""Layers that mix every value of a sample, or leave some out."""
