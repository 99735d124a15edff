"""Contents become one frozen HTML and text artifact."""
