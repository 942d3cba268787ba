"""What people see of a run while it works."""

PROGRESS_SECONDS = 0.25
