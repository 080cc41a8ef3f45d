"""The terminal application: shows the agent's events and lets a person decide. It imports cadagent only."""
