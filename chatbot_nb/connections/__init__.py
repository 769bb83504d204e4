"""The account side: connections, the client that reads and writes them, and their DataFrame."""
