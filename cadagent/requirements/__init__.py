"""Requirements: what a request says in figures, and whether a built solid holds it."""
