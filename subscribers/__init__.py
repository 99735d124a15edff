"""Who reads, and whether they agreed. Knows nothing of `digest`."""
