# ruff: noqa: SLF001 - The open library gives no public way to what the structure needs; its version is pinned and tests hold it.
"""The structure of a PDF for those who listen to it: headings, paragraphs, tables, figures with words, in reading order.

The open PDF library writes no tags, but its catalog accepts a structure tree. `Tree` records what is drawn (a stack of open
elements, and a number for each marked stretch of a page) and writes the tree when the document is finished. What carries no
meaning (rules, grounds, running heads) is drawn as an artifact. Private names of reportlab 5.1 are used here and only here;
`tests/pdf/test_tags.py` holds them to it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import (
    LinkAnnotation,
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFObjectReference,
    PDFStream,
    PDFString,
)

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Element:
    """An element of the structure: its kind (P, H1, Table…), its children, marked stretches as (page, number), and links by name."""

    kind: str
    parent: "Element | None"
    kids: list["Element | tuple[int, int] | str"] = field(default_factory=list)
    alt: str = ""
    actual: str = ""
    attributes: Mapping[str, Any] | None = None
    name: str = ""


class _Link(LinkAnnotation):
    """A link that the structure knows of."""

    permitted = (*LinkAnnotation.permitted, "StructParent")


class Tree:
    """Records the structure while a canvas is drawn on, and writes it into the document at the end."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._root = Element("Document", None)
        self._open = self._root
        self._marks: list[list[Element]] = [[]]
        self._links: list[tuple[str, int, Element]] = []

    @contextmanager
    def element(self, kind: str, *, alt: str = "", actual: str = "", attributes: Mapping[str, Any] | None = None) -> Iterator[None]:
        """Opens an element under the present one."""
        made = Element(kind, self._open, alt=alt, actual=actual, attributes=attributes)
        self._open.kids.append(made)
        self._open = made
        try:
            yield
        finally:
            self._open = made.parent or self._root

    @contextmanager
    def marked(self) -> Iterator[None]:
        """What is drawn inside belongs to the present element."""
        page = self._marks[-1]
        number = len(page)
        page.append(self._open)
        self._open.kids.append((len(self._marks) - 1, number))
        self._canvas._code.append(f"/{self._open.kind} <</MCID {number}>> BDC")
        try:
            yield
        finally:
            self._canvas._code.append("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside means nothing to a listener."""
        self._canvas._code.append("/Artifact BMC")
        try:
            yield
        finally:
            self._canvas._code.append("EMC")

    def link(self, words: str, target: str, box: Box) -> None:
        """A link over a rectangle to a bookmark, as a child of the present element."""
        canvas = self._canvas
        name = f"link-{len(self._links)}"
        annotation = _Link(
            box, words, canvas._bookmarkReference(target), Border="[0 0 0]", F=4, StructParent=_LATER + len(self._links)
        )
        canvas._addAnnotation(annotation, name)
        self._links.append((name, len(self._marks) - 1, self._open))
        self._open.kids.append(name)

    def page_done(self) -> None:
        """A page was finished: the next marks are on a new one."""
        self._marks.append([])

    def write(self, *, title: str, language: str) -> None:
        """Writes the tree, the document's language and its metadata into the document. Called once, after the last page."""
        document = self._canvas._doc
        pages = document.Pages.pages
        names = self._named()
        for element in names:
            document.Reference(self._dictionary(element), element.name)
        nums: list[Any] = []
        for index, marks in enumerate(self._marks[: len(pages)]):
            nums += [index, PDFArray([PDFObjectReference(owner.name) for owner in marks])]
        for index, (_, _, owner) in enumerate(self._links):
            nums += [_LATER + index, PDFObjectReference(owner.name)]
        root = PDFDictionary(
            {
                "Type": PDFName("StructTreeRoot"),
                "K": PDFObjectReference(self._root.name),
                "ParentTree": PDFDictionary({"Nums": PDFArray(nums)}),
                "ParentTreeNextKey": _LATER + len(self._links),
            }
        )
        document.Reference(root, "StructTreeRoot")
        catalog = document.Catalog
        catalog.StructTreeRoot = root
        catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        catalog.Lang = PDFString(language)
        catalog.Metadata = _metadata(title, language)
        for index, page in enumerate(pages):
            page.StructParents = index
            page.Tabs = PDFName("S")
            page.Trans = None
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]

    def _named(self) -> list[Element]:
        found: list[Element] = []

        def visit(element: Element) -> None:
            element.name = f"Element{len(found)}"
            found.append(element)
            for kid in element.kids:
                if isinstance(kid, Element):
                    visit(kid)

        visit(self._root)
        return found

    def _dictionary(self, element: Element) -> Any:
        parent = element.parent.name if element.parent else "StructTreeRoot"
        entries: dict[str, Any] = {"S": PDFName(element.kind), "P": PDFObjectReference(parent)}
        pages = {kid[0] for kid in element.kids if isinstance(kid, tuple)}
        alone = pages.pop() if len(pages) == 1 else None
        if alone is not None:
            entries["Pg"] = _page(alone)
        kids = [kid[1] if isinstance(kid, tuple) and kid[0] == alone else self._kid(kid) for kid in element.kids]
        if kids:
            entries["K"] = kids[0] if len(kids) == 1 else PDFArray(kids)
        if element.alt:
            entries["Alt"] = PDFString(element.alt)
        if element.actual:
            entries["ActualText"] = PDFString(element.actual)
        if element.attributes:
            entries["A"] = PDFDictionary(dict(element.attributes))
        return PDFDictionary(entries)

    def _kid(self, kid: "Element | tuple[int, int] | str") -> Any:
        if isinstance(kid, Element):
            return PDFObjectReference(kid.name)
        if isinstance(kid, str):
            page = next(number for name, number, _ in self._links if name == kid)
            reference = self._canvas._doc.refAnnotation(kid)
            return PDFDictionary({"Type": PDFName("OBJR"), "Obj": reference, "Pg": _page(page)})
        return PDFDictionary({"Type": PDFName("MCR"), "Pg": _page(kid[0]), "MCID": kid[1]})


# Links are numbered after every page that a document can have.
_LATER = 100_000


def scope(kind: str) -> dict[str, Any]:
    """The attributes of a header cell: `kind` is Column or Row."""
    return {"O": PDFName("Table"), "Scope": PDFName(kind)}


def boxed(box: Box) -> dict[str, Any]:
    """The attributes of a figure: where it stands on its page."""
    return {"O": PDFName("Layout"), "Placement": PDFName("Block"), "BBox": PDFArray([round(edge, 2) for edge in box])}


def _page(index: int) -> Any:
    return PDFObjectReference(f"Page{index + 1}")


def _metadata(title: str, language: str) -> Any:
    text = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:language><rdf:Bag><rdf:li>{escape(language)}</rdf:li></rdf:Bag></dc:language><dc:format>application/pdf</dc:format>"
        '<pdfuaid:part>1</pdfuaid:part></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>\n'
    )
    entries = PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")})
    return PDFStream(entries, text.encode(), filters=[])
