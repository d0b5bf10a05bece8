"""A built net used without training: loading, batches, images, views, scores."""
