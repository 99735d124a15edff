"""Fetching feeds: politely, within bounds, and from nowhere but the public web."""
