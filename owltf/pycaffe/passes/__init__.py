"""Runs a net's layers for pycaffe's `Net`: the whole of them or some, forward and backward."""
