"""The report: one self-contained HTML page of a run, the same bytes for the same run folder."""
