"""A sheet of paper to draw on: points from the upper left corner, faces and colours by name, every mark tagged or an artifact."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from diagnostics.charts import surface
from diagnostics.charts.faces import face, width
from diagnostics.charts.scene import Scene
from diagnostics.pdf.tags import Box, Tree, boxed

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
# Streams stay binary: a quarter smaller, and faster to write.
rl_config.useA85 = 0

LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished document: its bytes and its number of pages."""

    data: bytes
    pages: int


class Painter:
    """Draws a tagged A4 document. The same calls give the same bytes."""

    def __init__(self, *, title: str, author: str, subject: str, locale: str) -> None:
        self._buffer = BytesIO()
        self._title = title
        self._language = LANGUAGES.get(locale, "fr-FR")
        self.canvas: Any = Canvas(
            self._buffer,
            pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
            pageCompression=1,
            invariant=1,
            initialFontName=face("regular").fontName,
            pdfVersion=(1, 7),
            lang=self._language,
        )
        self.canvas.setTitle(title)
        self.canvas.setAuthor(author)
        self.canvas.setSubject(subject)
        self.canvas.setCreator("Diagnostics partagés")
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self.tree = Tree(self.canvas)
        self.pages = 0

    def element(self, kind: str, *, alt: str = "", actual: str = "", attributes: Mapping[str, Any] | None = None) -> Any:
        """Opens a structure element; see `Tree.element`."""
        return self.tree.element(kind, alt=alt, actual=actual, attributes=attributes)

    def marked(self) -> Any:
        """What is drawn inside belongs to the open element."""
        return self.tree.marked()

    def artifact(self) -> Any:
        """What is drawn inside is decoration."""
        return self.tree.artifact()

    @contextmanager
    def words(self, kind: str) -> Iterator[None]:
        """An element that is one marked stretch."""
        with self.element(kind), self.marked():
            yield

    def fill(self, colour: str) -> None:
        """The colour of the text and surfaces that follow."""
        self.canvas.setFillColor(surface.colour(colour))

    def text(self, x: float, y: float, text: str, name: str, size: float, *, anchor: str = "start") -> float:
        """One line of text on its baseline; gives the x where it ends."""
        if anchor != "start":
            x -= width(text, name, size) * (0.5 if anchor == "middle" else 1.0)
        return surface.say(self.canvas, x, PAGE_HEIGHT - y, text, name=name, size=size)

    def rect(self, x: float, y: float, across: float, down: float, colour: str) -> None:
        """A filled rectangle, as an artifact."""
        with self.artifact():
            self.fill(colour)
            self.canvas.rect(x, PAGE_HEIGHT - y - down, across, down, stroke=0, fill=1)

    def rule(self, x: float, y: float, across: float, colour: str, *, thickness: float = 0.6) -> None:
        """A horizontal rule, as an artifact."""
        with self.artifact():
            self.canvas.setStrokeColor(surface.colour(colour))
            self.canvas.setLineWidth(thickness)
            self.canvas.setLineCap(0)
            self.canvas.line(x, PAGE_HEIGHT - y, x + across, PAGE_HEIGHT - y)

    def frame(self, x: float, y: float, across: float, down: float, colour: str) -> None:
        """An outlined rectangle, as an artifact."""
        with self.artifact():
            self.canvas.setStrokeColor(surface.colour(colour))
            self.canvas.setLineWidth(0.8)
            self.canvas.roundRect(x, PAGE_HEIGHT - y - down, across, down, 2, stroke=1, fill=0)

    def scene(self, scene: Scene, x: float, y: float) -> None:
        """A figure with its words for those who do not see it; a scene without words is decoration."""
        if not scene.description:
            with self.artifact():
                surface.draw(scene, self.canvas, x, PAGE_HEIGHT - y)
            return
        box = (x, PAGE_HEIGHT - y - scene.height, x + scene.width, PAGE_HEIGHT - y)
        with self.element("Figure", alt=f"{scene.title}. {scene.description}", attributes=boxed(box)), self.marked():
            surface.draw(scene, self.canvas, x, PAGE_HEIGHT - y)

    def bookmark(self, key: str, title: str, level: int = 0) -> None:
        """A place that links and the outline lead to."""
        self.canvas.bookmarkPage(key, fit="XYZ", top=PAGE_HEIGHT)
        self.canvas.addOutlineEntry(title, key, level, closed=False)

    def link(self, words: str, target: str, box: Box) -> None:
        """A link over a rectangle (left, top, width, height), as a child of the open element."""
        x, y, across, down = box
        self.tree.link(words, target, (x, PAGE_HEIGHT - y - down, x + across, PAGE_HEIGHT - y))

    def page_done(self) -> None:
        """Finishes the page."""
        self.canvas.showPage()
        self.tree.page_done()
        self.pages += 1

    def finish(self) -> Rendered:
        """Writes the document."""
        self.tree.write(title=self._title, language=self._language)
        self.canvas.save()
        return Rendered(self._buffer.getvalue(), self.pages)
