-- Keys belong to a member and go with them; the page's sessions belong to a key and go with it.
set local role tizmoret_owner;

alter table api_tokens
    add column name         text        not null default '',   -- what its holder calls it
    add column role         text        check (role in ('owner', 'admin', 'member', 'viewer')),  -- no more than this; null: all that the member may
    add column created_by   text        not null default '',
    add column last_used_at timestamptz,                        -- written at most once a minute
    add foreign key (workspace_id, user_id) references workspace_members (workspace_id, user_id) on delete cascade;
drop index api_tokens_prefix;
create index api_tokens_prefix on api_tokens (workspace_id, prefix);
create index api_tokens_member on api_tokens (workspace_id, user_id);

create table page_sessions (
    workspace_id uuid        not null references workspaces (id),
    hash         bytea       not null,                          -- SHA-256 of what the cookie holds
    token_id     uuid        not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null,
    primary key (workspace_id, hash),
    foreign key (workspace_id, token_id) references api_tokens (workspace_id, id) on delete cascade
);
create index page_sessions_token on page_sessions (workspace_id, token_id, created_at);

alter table page_sessions enable row level security;
alter table page_sessions force row level security;
create policy tenant on page_sessions to tizmoret_app using (workspace_id = nullif(current_setting('tizmoret.workspace', true), '')::uuid);
create policy worker on page_sessions to tizmoret_worker using (true);
grant select, insert, update, delete on page_sessions to tizmoret_app, tizmoret_worker;

grant update (name) on workspaces to tizmoret_app;
