"""Profiles for clusters, from what an earlier run has used."""
