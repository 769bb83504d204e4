"""Traffic as text for elsewhere: a file of its own to load again, an HTTP archive, scripts, tests."""
