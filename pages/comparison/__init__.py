"""The page that compares recipes."""
