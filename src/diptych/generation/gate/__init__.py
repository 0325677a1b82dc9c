"""The quality gate: scores for every sample, and a check of them before it enters the cohort."""

from diptych.generation.gate.request import GateRequest

__all__ = ["GateRequest"]
