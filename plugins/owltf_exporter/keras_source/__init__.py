"""Writes a net as a Python program in plain Keras that people can read."""
