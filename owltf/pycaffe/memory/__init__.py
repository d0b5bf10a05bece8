"""Blobs as a script sees them: NumPy arrays that stay the same while passes change their values."""
