"""Replies written in Python: the fluent API, placeholders, comparison."""
