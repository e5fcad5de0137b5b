-- What a workspace is connected to, and the keys that its secrets are sealed with.
set local role tizmoret_owner;

create table workspace_keys (
    workspace_id uuid        not null references workspaces (id),
    sealed       bytea       not null,                -- the workspace's own key, sealed with a key that is not in this database
    created_at   timestamptz not null default now(),
    primary key (workspace_id)
);

create table connections (
    workspace_id uuid        not null references workspaces (id),
    name         text        not null,
    kind         text        not null,
    address      text        not null,
    options      jsonb       not null default '{}',
    secret       bytea,                               -- sealed with the workspace's key, bound to workspace and name
    offer        jsonb       not null default '{}',   -- what it offered when a person last agreed to it
    trouble      text        not null default '',     -- what went wrong at the last look; empty: it was well
    checked_at   timestamptz not null default now(),
    created_at   timestamptz not null default now(),
    changed_at   timestamptz not null default now(),
    primary key (workspace_id, name)
);

do $$
declare
    t text;
begin
    foreach t in array array['workspace_keys', 'connections'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy tenant on %I to tizmoret_app using (workspace_id = nullif(current_setting(''tizmoret.workspace'', true), '''')::uuid)', t);
        execute format('create policy worker on %I to tizmoret_worker using (true)', t);
        execute format('grant select, insert, update, delete on %I to tizmoret_app, tizmoret_worker', t);
    end loop;
end $$;
