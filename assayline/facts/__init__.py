"""Small stations that look at one thing, as a table of samples or a pipeline's schema, and say what they see as evidence.

Each has `report(…)`, plain JSON that a run keeps, and `facts(report, source)`, the evidence that reads it.
"""
