"""How fast it is, as ratios against a reference in the same run."""
