"""Writes the databases that `owltf/data/source` reads."""
