"""The net that is served: without losses, with an open batch."""
