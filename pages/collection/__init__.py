"""The page of collections: what there is, and making, updating and removing them."""
