"""Profiles."""
RULES = ()
