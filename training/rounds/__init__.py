"""Rounds: what people decided, turned into a better adapter, which goes live only when proven better."""
