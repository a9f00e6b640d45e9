"""Charts: figures in, a `Scene` out, drawn once and shown both on paper (`surface.draw`) and in a page (`svg.svg`). Nothing is computed here."""

from diagnostics.charts.scene import Scene
from diagnostics.charts.svg import svg

__all__ = ["Scene", "svg"]
