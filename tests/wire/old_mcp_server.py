"""An MCP server as they were written before 2026: JSON lines over stdio, the `initialize` handshake, protocol 2025-06-18, and nothing of an SDK."""

import json
import sys

TOOL = {
    "name": "weighGrain",
    "description": "Weigh grain",
    "inputSchema": {"type": "object", "properties": {"sacks": {"type": "integer"}}, "required": ["sacks"]},
    "annotations": {"readOnlyHint": True},
}


def answer(method, params):
    if method == "initialize":
        return {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "scales", "version": "1"}}
    if method == "tools/list":
        return {"tools": [TOOL]}
    if method == "tools/call":
        return {"content": [{"type": "text", "text": f"{params['arguments']['sacks'] * 50} kg"}], "isError": False}
    return None


for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    result = answer(message["method"], message.get("params", {}))
    body = {"result": result} if result is not None else {"error": {"code": -32601, "message": "Method not found"}}
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **body}), flush=True)
