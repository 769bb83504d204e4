"""The grid of an account's connections: what the general grid must be told of them."""
