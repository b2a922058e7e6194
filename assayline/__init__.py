"""Everything around conversion: command line, cells, decisions, notebook, report."""

from allotrope import __version__

__all__ = ["__version__"]
