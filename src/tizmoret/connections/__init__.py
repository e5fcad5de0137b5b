"""The servers that a workspace is connected to, and what they bring: places where its data lives, and tools."""
