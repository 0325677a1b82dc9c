"""Findings to sentences and back: the grammar, its parser, and sentences as numbers."""
