"""Plays the part of ChatBot towards a backend."""
