"""Signals that end a command between two batches."""
