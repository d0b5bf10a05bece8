"""Collects the layers, solvers, fillers and policies of all plugins by their names in Caffe."""
