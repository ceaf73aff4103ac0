"""Measurements against the real thing, each with its reference in the same interleaved run."""
