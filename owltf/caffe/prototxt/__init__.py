"""Parses prototxt files, with errors that point at the line and column."""
