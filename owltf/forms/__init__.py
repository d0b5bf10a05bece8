"""Forms of nets that other engines than TensorFlow compute, made once and kept."""
