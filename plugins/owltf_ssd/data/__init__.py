"""Images with true boxes: read from databases, varied, and written from data sets."""
