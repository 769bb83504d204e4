"""The receiving side: what ChatBot sends, recorded as it came, answered by rules, and kept as evidence."""
