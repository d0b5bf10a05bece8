"""Names, reads and writes the files of a snapshot."""
