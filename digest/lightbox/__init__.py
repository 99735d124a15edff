"""The lightbox: an edition as its editor looks at it before it goes out, in a browser and as pictures."""
