"""Image preprocessing inside an exported model."""
