"""The demonstration campaign: invented firms and people over real communes and real partner structures.

`world.invent(firms, seed)` gives the whole of it as plain values; `diagnostics.actions.demo` writes it. It plants known
profiles of fragility (`profiles`) and keeps them apart from the database, so that the analysis can be judged on them; it
uses nothing of `analysis/` but the drawing of the panel and the titles of the catalogue of actions.
"""
