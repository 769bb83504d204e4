"""A table to browse and edit, for any DataFrame; it knows nothing of ChatBot."""
