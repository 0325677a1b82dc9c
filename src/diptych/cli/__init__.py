"""The verbs as typed commands, a file for each family. No logic: each verb calls one function."""

from diptych.cli.running import main

__all__ = ["main"]
