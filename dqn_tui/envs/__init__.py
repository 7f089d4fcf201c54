"""Environments: the only part of the package that depends on Gymnasium."""
