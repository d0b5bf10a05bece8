"""The files of a snapshot: where they lie, how they are read and written."""
