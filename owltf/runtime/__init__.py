"""What a Keras layer asks of the pass that it is in, and the devices that compute it."""
