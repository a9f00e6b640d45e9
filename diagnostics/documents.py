"""Where the PDFs are kept: one file a document, named by the hash of its content, written whole or not at all."""

import hashlib
import os
import secrets
from pathlib import Path


def store(folder: Path, data: bytes) -> str:
    """Keeps a document and gives its SHA-256; the same content is kept once."""
    name = hashlib.sha256(data).hexdigest()
    path = path_of(folder, name)
    if path.exists():
        return name
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{name}.{secrets.token_hex(4)}")
    with draft.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return name


def load(folder: Path, name: str) -> bytes | None:
    """A document by its hash, or None where the file is gone or damaged: it can be drawn again from its frozen content."""
    path = path_of(folder, name)
    if not path.is_file():
        return None
    data = path.read_bytes()
    return data if hashlib.sha256(data).hexdigest() == name else None


def path_of(folder: Path, name: str) -> Path:
    """The file of a document: two letters of its hash, then the whole."""
    return folder / name[:2] / f"{name}.pdf"
