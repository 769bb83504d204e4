"""The HTTP server: what it reads, refuses, answers, and how its thread lives and ends."""
