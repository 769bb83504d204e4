"""One HTTP exchange with a backend, under one deadline."""
