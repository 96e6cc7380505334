"""The demonstration: the bundled site, and the story told of it."""
