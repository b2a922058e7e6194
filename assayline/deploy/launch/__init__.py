"""Running a pipeline in a run folder: what is run is written first, and the run does not depend on who watches it."""
