-- What members have said of reminders that were told them in the page. The reminders themselves are tasks, files of the workspace.
set local role tizmoret_owner;

create table reminder_marks (
    workspace_id uuid        not null references workspaces (id),
    member       text        not null,
    reminder     uuid        not null,    -- of one task at one time
    remind_at    timestamptz not null,
    later        timestamptz,             -- when it is told again; null: it was dismissed
    primary key (workspace_id, member, reminder)
);

alter table reminder_marks enable row level security;
alter table reminder_marks force row level security;
create policy tenant on reminder_marks to tizmoret_app using (workspace_id = nullif(current_setting('tizmoret.workspace', true), '')::uuid);
create policy worker on reminder_marks to tizmoret_worker using (true);
grant select, insert, update, delete on reminder_marks to tizmoret_app, tizmoret_worker;
