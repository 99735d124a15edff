"""The ledger, the message and the way to the relay."""
