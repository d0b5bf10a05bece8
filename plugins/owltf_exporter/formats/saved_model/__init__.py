"""The SavedModel format, which TensorFlow Serving loads."""
