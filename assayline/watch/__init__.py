"""Watching a folder: what settles in it is converted once, by any number of watchers; a killed one leaves nothing half done."""
