"""The classes a layer converter works with: the layer, its blobs, parameters and windows."""
