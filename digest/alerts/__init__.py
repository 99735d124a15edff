"""Alerts: what is wrong, told once to those who can mend it, and once more when it is over."""
