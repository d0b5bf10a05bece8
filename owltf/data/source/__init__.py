"""The files that hold records, read in chunks by their number."""
