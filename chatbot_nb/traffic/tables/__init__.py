"""Traffic as DataFrames: exchanges, findings, conversations."""
