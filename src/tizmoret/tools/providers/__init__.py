"""Where a tool's data lives: the ports that tools ask, and their adapters."""
