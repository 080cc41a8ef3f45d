"""Synthetic data, datasets and training runs for the adapters that cadagent ships. Imports cadagent only."""
