"""Trains the nets of a solver, from preparing the run to its end."""
