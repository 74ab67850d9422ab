"""Neural networks from the threshold unit to the tensor graph.

A module a lesson, in lecture order: each imports only what was taught before it. Importing this package
does no work and loads neither Matplotlib nor torch.
"""

__version__ = "0.1.0"
