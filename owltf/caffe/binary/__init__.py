"""Binary files: weights and solver states, in protobuf and HDF5."""
