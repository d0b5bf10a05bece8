"""The files of a snapshot: named, read and written."""
