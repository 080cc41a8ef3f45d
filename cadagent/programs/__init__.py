"""Editable programs: a design as a Fusion 360 script or as build123d code."""

from cadagent.programs.fusion import fusion_script

__all__ = ["fusion_script"]
