-- What steps hold and wait for, across executions. A row counts only while its execution has this epoch and an owner (engine/locks.py).
set local role tizmoret_owner;

create sequence resource_lock_tickets;

create table resource_locks (
    workspace_id uuid        not null,
    resource     text        not null,
    ticket       bigint      not null,                -- the order in which calls asked; the same for all resources of one call
    execution_id uuid        not null,
    step_id      text        not null,
    item         int         not null default -1,
    epoch        int         not null,
    exclusive    boolean     not null,
    granted_at   timestamptz,                         -- null: it waits
    created_at   timestamptz not null default now(),
    primary key (workspace_id, resource, ticket)
);
create index resource_locks_execution on resource_locks (workspace_id, execution_id);

alter table resource_locks enable row level security;
alter table resource_locks force row level security;
create policy tenant on resource_locks to tizmoret_app using (workspace_id = nullif(current_setting('tizmoret.workspace', true), '')::uuid);
create policy worker on resource_locks to tizmoret_worker using (true);
grant select, insert, update, delete on resource_locks to tizmoret_app, tizmoret_worker;
grant usage on sequence resource_lock_tickets to tizmoret_worker;
