"""What people see of a training run: plugins that are registered for that run."""

# The name of the one that is.
REPORT = "owltf.report"
