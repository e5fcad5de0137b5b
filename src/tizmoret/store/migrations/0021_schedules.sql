-- Requests that are submitted by the clock.
set local role tizmoret_owner;

create table schedules (
    workspace_id   uuid        not null references workspaces (id),
    id             uuid        not null,
    request        text        not null,
    cron           text        not null,
    timezone       text        not null,
    missed         text        not null check (missed in ('once', 'skip', 'all')),
    overlap        text        not null check (overlap in ('skip', 'allow')),
    priority       smallint    not null default 0,
    user_id        text        not null,
    paused         boolean     not null default false,
    next_at        timestamptz,                            -- null: it will never be due again
    last_at        timestamptz,                            -- when the last run was due
    last_execution uuid,
    skipped_at     timestamptz,                            -- when the last run that was left out was due
    created_at     timestamptz not null default now(),
    primary key (workspace_id, id)
);
create index schedules_due on schedules (next_at) where not paused;

alter table schedules enable row level security;
alter table schedules force row level security;
create policy tenant on schedules to tizmoret_app using (workspace_id = nullif(current_setting('tizmoret.workspace', true), '')::uuid);
create policy worker on schedules to tizmoret_worker using (true);
grant select, insert, update, delete on schedules to tizmoret_app, tizmoret_worker;
