"""How documents are made from Markdown, and what they are called."""
