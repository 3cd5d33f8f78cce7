"""Derivations: what follows from several facts together."""
