"""Reads a PDF back: its pages' text, its fonts, its tags, and what is drawn outside of them."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2

DRAWING = {"Tj", "TJ", "'", '"', "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "Do", "sh"}


@dataclass
class Read:
    """A document read back."""

    pages: list[str]
    pdf: pikepdf.Pdf

    @property
    def text(self) -> str:
        """All pages' words, single spaces between them."""
        return flat(" ".join(self.pages))


def flat(text: str) -> str:
    """Words with single plain spaces, soft hyphens and no-break spaces undone."""
    return re.sub(r"[\s\u00a0\u202f\u2002\ufffe]+", " ", text).strip()


def read(data: bytes) -> Read:
    document = pypdfium2.PdfDocument(data)
    pages = []
    for page in document:
        text = page.get_textpage()
        pages.append(text.get_text_bounded())
        text.close()
        page.close()
    document.close()
    return Read(pages, pikepdf.open(io.BytesIO(data)))


def fonts(pdf: pikepdf.Pdf) -> Iterator[tuple[str, bool]]:
    """Every font of every page, and whether its file is inside."""
    for page in pdf.pages:
        for font in page.Resources.get("/Font", {}).values():
            descriptor = font.get("/FontDescriptor")
            yield str(font.get("/BaseFont")), descriptor is not None and "/FontFile2" in descriptor


def untagged(pdf: pikepdf.Pdf) -> list[str]:
    """Drawing operators that stand in no marked content, page by page."""
    found = []
    for number, page in enumerate(pdf.pages, 1):
        depth = 0
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            if operator in {"BDC", "BMC"}:
                depth += 1
            elif operator == "EMC":
                depth -= 1
            elif operator in DRAWING and depth == 0:
                found.append(f"{number}: {operator}")
        assert depth == 0
    return found


def elements(pdf: pikepdf.Pdf) -> list[Any]:
    """Every structure element, in reading order."""
    found: list[Any] = []

    def visit(node: Any) -> None:
        if not isinstance(node, pikepdf.Dictionary):
            return
        if "/S" in node:
            found.append(node)
        kids = node.get("/K")
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            visit(kid)

    visit(pdf.Root.StructTreeRoot.K)
    return found
