"""The web: the application, the archive, the first page, and whether all is well."""
