"""The rules that every layer converter keeps, with one check in each file."""
