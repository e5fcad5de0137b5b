-- Executions by person, and filters that a workspace keeps.
set local role tizmoret_owner;

create index executions_people on executions (workspace_id, user_id, created_at desc, id desc);

create table saved_filters (
    workspace_id uuid        not null references workspaces (id),
    id           uuid        not null,
    name         text        not null,
    filter       jsonb       not null,   -- what the list is asked for: views.Filter
    created_by   text        not null,
    created_at   timestamptz not null default now(),
    primary key (workspace_id, id),
    unique (workspace_id, name)
);

alter table saved_filters enable row level security;
alter table saved_filters force row level security;
create policy tenant on saved_filters to tizmoret_app using (workspace_id = nullif(current_setting('tizmoret.workspace', true), '')::uuid);
create policy worker on saved_filters to tizmoret_worker using (true);
grant select, insert, update, delete on saved_filters to tizmoret_app, tizmoret_worker;
