"""Exchanges in SQLite, durable before their replies leave."""
