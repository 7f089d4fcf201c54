"""Families of environments, a module each; `envs.catalog` lists them."""
