"""What every converter owes its nets, one check a file."""
