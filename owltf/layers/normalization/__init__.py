"""Layers that normalise values by those of their channel, batch or neighbours."""
