"""The session that calls ChatBot's API, and what its failures become."""
