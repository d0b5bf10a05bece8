"""Nets and solvers as read: filtered by phase, their layers in order."""
