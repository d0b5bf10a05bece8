"""The preparation of images inside an exported model."""
