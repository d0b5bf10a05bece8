"""Prototxt text: tokens, the places of fields, parsing."""
