"""Changes of many connections at once: what differs, what happened to each, and the way back."""
