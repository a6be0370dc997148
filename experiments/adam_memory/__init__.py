"""Adam's memory: the rare informative gradient, AMSGrad, and a problem that Adam gets wrong."""
