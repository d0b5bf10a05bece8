"""Recurrent layers; axis 0 of their blobs is time, axis 1 the stream (sequence)."""
