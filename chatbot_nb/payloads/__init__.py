"""The wire format: what ChatBot sends, what it accepts, and the check of both. No I/O."""
