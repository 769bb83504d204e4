"""Payloads by the million: the findings of `check` as a table, from columns, Dask collections and files."""
