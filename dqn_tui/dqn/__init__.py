"""The algorithm: arrays and tensors in, tensors out. Mnih et al. 2015; van Hasselt et al. 2016."""
