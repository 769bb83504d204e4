"""Recorded requests sent again, or given to a new handler, and the replies compared."""
