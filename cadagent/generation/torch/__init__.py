"""Models in PyTorch: transformers' causal models, PEFT's adapters, grammars by llguidance.

Nothing here is imported before such a model is opened, and torch not before it is used.
"""
