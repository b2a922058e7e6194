"""A pipeline with all it needs in one folder, for clusters without a network."""
