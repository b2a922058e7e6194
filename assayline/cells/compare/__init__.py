"""Comparisons: between conditions with donors as replicates, between clusters, and of the composition."""
