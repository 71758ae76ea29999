"""The page of models: which are here, which can be had, and two of them side by side."""
