"""Files: whole or absent, ordinary ones only, known again by their checksums."""
