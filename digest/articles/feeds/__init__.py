"""Reading feeds: bytes to entries, entries to articles. Pure; whoever fetches or stores them is next door."""
