"""Upgrades nets and solvers of Caffe's older formats to the current one."""
