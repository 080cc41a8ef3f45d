"""Seeded generator of (request, design) pairs: licence-clean data, made from nothing but this code."""
