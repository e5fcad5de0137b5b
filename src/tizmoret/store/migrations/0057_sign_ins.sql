-- Sign-ins elsewhere that are under way: from the page that sent a person there until they come back, in whichever process, once.
set local role tizmoret_owner;

create table sign_ins (
    workspace_id uuid        not null references workspaces (id),
    state        bytea       not null,                -- SHA-256 of what must come back
    user_id      text        not null,                -- who began it, and alone may end it
    name         text        not null,                -- of the connection that is to be
    sealed       bytea       not null,                -- the way to end it: bound to workspace and state
    expires_at   timestamptz not null,
    primary key (workspace_id, state)
);
create index sign_ins_of on sign_ins (workspace_id, user_id, name);

alter table sign_ins enable row level security;
alter table sign_ins force row level security;
create policy tenant on sign_ins to tizmoret_app using (workspace_id = nullif(current_setting('tizmoret.workspace', true), '')::uuid);
create policy worker on sign_ins to tizmoret_worker using (true);
grant select, insert, update, delete on sign_ins to tizmoret_app, tizmoret_worker;
