"""The A2A server (Agent2Agent protocol 1.0, JSON-RPC binding): agents outside ask ours, and the whole engine, for work."""
