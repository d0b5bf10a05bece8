"""A run: devices, iterations, tests, snapshots, and what a person sees of them."""
