"""The home page: a question, a look at the photos, and the ways on."""
