"""The file formats that features are written in, one module for each suffix."""
