"""Turns a net for training into the net that is exported: fed by the caller, without losses."""
