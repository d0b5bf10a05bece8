"""Shows a training run to people, by plugins that are registered for that run."""

# The name under which the report of a run is registered.
REPORT = "owltf.report"
