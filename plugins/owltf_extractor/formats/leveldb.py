"""`.leveldb`: a LevelDB of Datums."""

from pathlib import Path

from owltf.api import DatabaseWriter, LevelDbWriter as Database
from owltf_extractor.formats.datum_writer import DatumWriter


class LevelDbWriter(DatumWriter):
    """Writes a LevelDB."""

    suffix = ".leveldb"

    def make(self, path: Path) -> DatabaseWriter:
        """Return the writer of a new database."""
        return Database(path)
