"""The formats that count matrices come in, one a module; each gives `Matrix` objects."""
