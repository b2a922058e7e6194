"""Readers: bytes of one container kind to stores of cells; none of them knows an instrument."""
