"""A reply as code: backends that run as they are, the call that tries one, and the source in this package's words."""
