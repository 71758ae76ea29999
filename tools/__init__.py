"""What the project is made with: each file is a command, `python -m tools.NAME`."""
