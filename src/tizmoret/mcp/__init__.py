"""Tizmoret as an MCP server (https://modelcontextprotocol.io): its tools, its agents and its executions, for whatever client speaks that."""
