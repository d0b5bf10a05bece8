"""`.lmdb`: an LMDB of Datums."""

from pathlib import Path

from owltf.api import DatabaseWriter, LmdbWriter as Database
from owltf_extractor.formats.datum_writer import DatumWriter


class LmdbWriter(DatumWriter):
    """Writes an LMDB."""

    suffix = ".lmdb"

    def make(self, path: Path) -> DatabaseWriter:
        """Return the writer of a new database."""
        return Database(path)
