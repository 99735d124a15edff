"""The day's edition: gathered, composed, rendered once, delivered exactly once."""
