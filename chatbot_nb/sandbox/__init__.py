"""An embedded ChatBot account: the connections API over HTTP, SQLite behind it, deliveries on demand."""
