"""Whether a launched pipeline did what it was to do: tasks, outputs, numbers, and a verdict in words."""
