"""How fast it is, as ratios against a reference measured in the same run."""
