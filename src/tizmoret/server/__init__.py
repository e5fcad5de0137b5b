"""The HTTP server: routes over the orchestrator, the stream, and the page."""
