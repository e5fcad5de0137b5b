-- Who has been told, outside of the page, that something waits for a person.
set local role tizmoret_owner;

create table gate_notices (
    workspace_id uuid        not null references workspaces (id),
    approval_id  uuid        not null,
    execution_id uuid        not null,
    connection   text        not null,                -- by which it was told
    attempts     int         not null default 1,
    tried_at     timestamptz not null default now(),
    told_at      timestamptz,                         -- null: it has not gone out, as far as is known
    primary key (workspace_id, approval_id, connection)
);
create index gate_notices_execution on gate_notices (workspace_id, execution_id);
-- Looked over every few seconds, for all workspaces at once.
create index pending_approvals_waiting on pending_approvals (created_at) where status = 'pending';

alter table gate_notices enable row level security;
alter table gate_notices force row level security;
create policy tenant on gate_notices to tizmoret_app using (workspace_id = nullif(current_setting('tizmoret.workspace', true), '')::uuid);
create policy worker on gate_notices to tizmoret_worker using (true);
grant select, insert, update, delete on gate_notices to tizmoret_app, tizmoret_worker;
