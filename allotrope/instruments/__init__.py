"""Instruments: one format, one file; found by name, never registered."""
