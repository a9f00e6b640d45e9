"""Measurements, one command each: `python -m bench saves | pdf | consolidate`, or all of them. Figures are ratios and medians of one run."""
