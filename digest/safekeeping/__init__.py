"""Copies of the database: made while it is at work, and put back without mailing anybody twice."""
