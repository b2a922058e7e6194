"""The tests; a regular package, so that no installed package of the same name is found in its place."""
