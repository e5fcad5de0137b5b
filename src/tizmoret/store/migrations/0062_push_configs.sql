-- Where agents outside want to be told how their tasks go on, and how far each of these places has been told.
set local role tizmoret_owner;

create table push_configs (
    workspace_id uuid        not null references workspaces (id),
    execution_id uuid        not null,
    id           text        not null,                -- as the other side names it
    url          text        not null,
    scheme       text        not null default '',     -- of the Authorization that goes there; empty: none does
    sealed       bytea,                               -- its token and credentials: bound to workspace, execution and id
    token_id     uuid,                                -- the key that it was set with, and goes with; null: the installation's token
    seq          bigint      not null default 0,      -- of the log, up to where it has been told; 0: nothing yet
    told         text        not null default '',     -- SHA-256 of the state that it was told last
    attempts     int         not null default 0,      -- since one succeeded
    due_at       timestamptz default now(),           -- when it may be told next; null: never again, its task has ended or it was given up
    trouble      text        not null default '',     -- what went wrong the last time; empty: it was well
    created_at   timestamptz not null default now(),
    primary key (workspace_id, execution_id, id),
    foreign key (workspace_id, token_id) references api_tokens (workspace_id, id) on delete cascade
);
create index push_configs_token on push_configs (workspace_id, token_id);
-- Looked over every second, for all workspaces at once.
create index push_configs_due on push_configs (due_at) where due_at is not null;

alter table push_configs enable row level security;
alter table push_configs force row level security;
create policy tenant on push_configs to tizmoret_app using (workspace_id = nullif(current_setting('tizmoret.workspace', true), '')::uuid);
create policy worker on push_configs to tizmoret_worker using (true);
grant select, insert, update, delete on push_configs to tizmoret_app, tizmoret_worker;
