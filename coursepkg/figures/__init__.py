"""Figures of the lessons, one module a lesson; the only part of the package that imports matplotlib."""
