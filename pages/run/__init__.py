"""The training page: runs, their forms, their progress, and what they have come to."""
