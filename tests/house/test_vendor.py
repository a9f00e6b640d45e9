"""What is vendored is what was locked, and keeps its licence beside it."""

import hashlib

import pytest

from tests.house.imports import ROOT

VENDOR = ROOT / "static" / "vendor"
LINES = [line.partition("  ") for line in (VENDOR / "SHA256SUMS").read_text(encoding="ascii").splitlines()]
LOCKED = {name: digest for digest, _gap, name in LINES}


def test_every_vendored_file_is_locked() -> None:
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert found == set(LOCKED) | {"SHA256SUMS", "README.md"}


@pytest.mark.parametrize("name", sorted(LOCKED))
def test_a_vendored_file_is_as_it_was(name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == LOCKED[name]


@pytest.mark.parametrize("folder", sorted({name.split("/")[0] for name in LOCKED}))
def test_a_vendored_library_keeps_its_licence(folder: str) -> None:
    assert (VENDOR / folder / "LICENSE").is_file()
