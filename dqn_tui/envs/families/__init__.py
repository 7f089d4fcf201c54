"""Families of environments, one module each; `envs.catalog` lists them."""
