"""An account at one moment: saved, opened again, and compared with another moment."""
