"""The algorithm, from arrays to tensors and back (Mnih et al. 2015; van Hasselt et al. 2016)."""
