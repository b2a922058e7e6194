"""Single cells: what a matrix is, which cells are kept and why, a model with a verdict, clusters with markers."""
