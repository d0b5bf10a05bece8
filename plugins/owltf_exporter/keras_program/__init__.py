"""Writing a net as a Keras program that people can read."""
