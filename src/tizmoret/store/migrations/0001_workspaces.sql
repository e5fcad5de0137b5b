-- Workspaces, their members, the tokens that open them, and the large values that their executions hold.

create table workspaces (
    id         uuid        primary key,
    name       text        not null,
    created_at timestamptz not null default now()
);

create table workspace_members (
    workspace_id uuid        not null references workspaces (id),
    user_id      text        not null,
    role         text        not null check (role in ('owner', 'admin', 'member', 'viewer')),
    created_at   timestamptz not null default now(),
    primary key (workspace_id, user_id)
);

create table api_tokens (
    workspace_id uuid        not null references workspaces (id),
    id           uuid        not null,
    user_id      text        not null,
    prefix       text        not null,                -- the first characters, to find and to show it by
    hash         bytea       not null,                -- SHA-256 of the whole token; the token itself is nowhere
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    primary key (workspace_id, id)
);
create index api_tokens_prefix on api_tokens (prefix);

create table blobs (
    workspace_id uuid        not null,
    hash         text        not null,                -- SHA-256 of the content, in hexadecimal
    content      bytea       not null,
    created_at   timestamptz not null default now(),
    primary key (workspace_id, hash)
);

grant usage on schema public to tizmoret_app, tizmoret_worker;
grant select on workspaces to tizmoret_app;
grant select, insert, update, delete on workspaces to tizmoret_worker;

do $$
declare
    t text;
begin
    foreach t in array array['workspace_members', 'api_tokens', 'blobs'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy tenant on %I to tizmoret_app using (workspace_id = nullif(current_setting(''tizmoret.workspace'', true), '''')::uuid)', t);
        execute format('create policy worker on %I to tizmoret_worker using (true)', t);
        execute format('grant select, insert, update, delete on %I to tizmoret_app, tizmoret_worker', t);
    end loop;
end $$;
