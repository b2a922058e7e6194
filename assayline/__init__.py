"""Everything around conversion: command line, cells, decisions, notebook, report."""

__version__ = "0.1.0"
