"""Both search pages and the words page: the query, its answer, and what can be done with it."""
