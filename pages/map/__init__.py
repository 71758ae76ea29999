"""The explorer: a collection as a map of points. Its scripts and styles lie beside it."""
