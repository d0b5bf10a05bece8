"""What layers use while a net computes: the current pass, its replicas, checks and devices."""
