"""SavedModel: TensorFlow Serving's format."""
