"""Layers that scale by the size of neighbours or of the batch."""
