"""Agents: the built-in ones, one Markdown file each, and the runner that carries one out, with a model or without."""
