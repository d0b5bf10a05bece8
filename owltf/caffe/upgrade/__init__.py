"""Nets of Caffe's old generations in today's form."""
