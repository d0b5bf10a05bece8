"""What a layer's converter speaks: blobs, parameters, windows, the layer itself."""
