-- What agents outside asked for: each execution of theirs with the conversation that it belongs to, and what was said in it.
set local role tizmoret_owner;

create table conversations (
    workspace_id uuid        not null references workspaces (id),
    execution_id uuid        not null,
    context      text        not null,                -- the conversation, as the other side names it
    agent        text        not null default '',     -- of ours that was asked; empty: the request was planned
    history      jsonb       not null default '[]',   -- the messages that came in, as they came
    created_at   timestamptz not null default now(),
    primary key (workspace_id, execution_id)
);
create index conversations_context on conversations (workspace_id, context);

alter table conversations enable row level security;
alter table conversations force row level security;
create policy tenant on conversations to tizmoret_app using (workspace_id = nullif(current_setting('tizmoret.workspace', true), '')::uuid);
create policy worker on conversations to tizmoret_worker using (true);
grant select, insert, update, delete on conversations to tizmoret_app, tizmoret_worker;
