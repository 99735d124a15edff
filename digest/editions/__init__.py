"""One newsletter on one local date: its window, its contents, its status."""
