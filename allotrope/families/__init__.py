"""Families: what several formats of one vendor, software or kind share; no format of its own lives here."""
