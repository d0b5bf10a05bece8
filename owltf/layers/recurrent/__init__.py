"""Layers over time: axis 0 is the step, axis 1 the stream."""
