"""The proof: feedback on a family of parts that the model does not know becomes an adapter that knows it."""
