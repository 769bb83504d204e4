"""A reply as the chat that it makes: static HTML, and fixed text beside it."""
