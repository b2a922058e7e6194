"""Conversion of many files: the plan, the work on one file, the pool of processes, the formats."""
