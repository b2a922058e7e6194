"""Pipelines on other people's machines: engines, sheets, parameters, data, launching and verifying runs, bundles."""
