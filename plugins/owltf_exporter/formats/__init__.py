"""One file a format that a net is exported to."""
