"""Stored articles: read from files, cleaned, kept by canonical URL."""
