"""A first converter from one sample export: the sample is looked at, a proposal is made, and written as a module that balances.

The seam is the `Proposal`: plain data that `propose` makes by rules, that anyone may refine, and that `module` writes down.
"""
