"""The panel: the sampling frame and its files, the reference tables, the draw, and who is given which firm."""

from diagnostics.pages.panel import assignment, drawing, firms, imports, tables
from diagnostics.pages.panel.blueprint import bp

__all__ = ["assignment", "bp", "drawing", "firms", "imports", "tables"]
