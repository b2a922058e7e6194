"""One interface over the models of scvi-tools: each a declared spec, one training, one verdict, one way to save and load."""
