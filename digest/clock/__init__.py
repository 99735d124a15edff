"""The clock: what is to be done by itself, when, and by whom."""
