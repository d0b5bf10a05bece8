"""The formats that a net can be exported to, one module for each."""
