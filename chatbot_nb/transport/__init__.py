"""HTTP: the session that calls the API, one timed exchange with a backend, and our own server."""
