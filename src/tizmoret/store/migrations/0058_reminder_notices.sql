-- Who has been reminded of a task. The tasks themselves are files of the workspace.
set local role tizmoret_owner;

create table reminder_notices (
    workspace_id uuid        not null references workspaces (id),
    task         text        not null,
    remind_at    timestamptz not null,                -- one that is moved is another one
    connection   text        not null,                -- by which it was told
    attempts     int         not null default 1,
    tried_at     timestamptz not null default now(),
    told_at      timestamptz,                         -- null: it has not gone out, as far as is known
    primary key (workspace_id, task, remind_at, connection)
);
-- Old ones are removed, for all workspaces at once.
create index reminder_notices_old on reminder_notices (remind_at);

alter table reminder_notices enable row level security;
alter table reminder_notices force row level security;
create policy tenant on reminder_notices to tizmoret_app using (workspace_id = nullif(current_setting('tizmoret.workspace', true), '')::uuid);
create policy worker on reminder_notices to tizmoret_worker using (true);
grant select, insert, update, delete on reminder_notices to tizmoret_app, tizmoret_worker;
