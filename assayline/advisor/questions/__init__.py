"""One file a question about a choice, found by its name."""
