"""What operators see of a running service: whether it is ready, and its figures."""
