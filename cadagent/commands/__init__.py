"""Commands that have a module of their own; ``cadagent.cli`` registers them."""
