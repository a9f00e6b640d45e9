"""The structure that listeners get: headings, tables with their heads, figures with words, links, language; and the library's private
parts that the layer relies on.
"""

import itertools

import pikepdf
import pytest
import reportlab

from diagnostics.pdf.firm import render_firm
from diagnostics.pdf.synthesis import render_synthesis
from tests.pdf import portraits, syntheses
from tests.pdf.reading import Read, elements, read


@pytest.fixture(scope="module")
def report() -> Read:
    return read(render_firm(portraits.rich(), "fr").data)


def test_library_is_the_one_whose_parts_are_used() -> None:
    assert reportlab.Version.startswith("5.")


def test_document_says_its_title_and_language(report: Read) -> None:
    root = report.pdf.Root
    assert str(root.Lang) == "fr-FR"
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert "Association Les Restanques" in str(report.pdf.docinfo["/Title"])
    metadata = root.Metadata.read_bytes().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    english = read(render_firm(portraits.bare(), "en").data)
    assert str(english.pdf.Root.Lang) == "en-GB"


def test_headings_begin_at_one_and_skip_no_level(report: Read) -> None:
    levels = [int(str(element.S)[2:]) for element in elements(report.pdf) if str(element.S).startswith("/H")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_figures_have_words_and_a_box(report: Read) -> None:
    figures = [element for element in elements(report.pdf) if str(element.S) == "/Figure"]
    assert len(figures) >= 6
    for figure in figures:
        assert len(str(figure.Alt)) > 30
        assert len(figure.A.BBox) == 4


def test_tables_have_heads_with_a_scope(report: Read) -> None:
    tables = [element for element in elements(report.pdf) if str(element.S) == "/Table"]
    assert len(tables) >= 7
    for table in tables:
        rows = list(table.K)
        assert all(str(row.S) == "/TR" for row in rows)
        first = rows[0].K
        assert all(str(cell.S) == "/TH" and str(cell.A.Scope) == "/Column" for cell in first)
        widths = {len(row.K) for row in rows}
        assert len(widths) == 1


def test_contents_link_to_every_section(report: Read) -> None:
    links = [element for element in elements(report.pdf) if str(element.S) == "/Link"]
    annotations = [note for page in report.pdf.pages for note in page.get("/Annots", [])]
    assert len(links) == len(annotations) == 11
    assert all("/StructParent" in note and str(note.Contents) for note in annotations)
    with report.pdf.open_outline() as outline:
        assert len(outline.root) == 11


def test_every_mark_leads_back_to_its_element(report: Read) -> None:
    numbers = report.pdf.Root.StructTreeRoot.ParentTree.Nums
    parents = {int(numbers[index]): numbers[index + 1] for index in range(0, len(numbers), 2)}
    for page in report.pdf.pages:
        owners = parents[int(page.StructParents)]
        marks = [
            int(step.operands[1].MCID)
            for step in pikepdf.parse_content_stream(page)
            if str(step.operator) == "BDC" and isinstance(step.operands[1], pikepdf.Dictionary)
        ]
        assert marks == list(range(len(owners)))
        assert str(page.Tabs) == "/S"


def test_synthesis_has_the_same_structure() -> None:
    document = read(render_synthesis(syntheses.region(), "fr").data)
    kinds = {str(element.S) for element in elements(document.pdf)}
    assert {"/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD", "/Figure", "/TOC", "/TOCI", "/Link"} <= kinds
