"""The notebook: a run becomes an entry, which is stored once and kept, locally or in a service."""
