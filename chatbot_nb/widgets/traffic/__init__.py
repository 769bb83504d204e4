"""A receiver's traffic, watched while it comes."""
