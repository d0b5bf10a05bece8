"""The formats that features are written in: one file per suffix."""
