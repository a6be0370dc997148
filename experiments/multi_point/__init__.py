"""Is there a plane in the space of weights on which the test loss shows any given picture?"""
