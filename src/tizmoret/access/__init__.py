"""Who may do what: workspaces, their members and roles, and the keys that members sign in with."""
