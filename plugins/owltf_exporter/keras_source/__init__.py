"""Writing a net as the source of a Keras program that people can read."""
