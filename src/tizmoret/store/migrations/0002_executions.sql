-- Executions and everything that belongs to one. The journal writes these rows; each write carries the epoch (see engine/journal.py).

create table executions (
    workspace_id    uuid        not null references workspaces (id),
    id              uuid        not null,
    request         text        not null,
    goal            text        not null default '',
    language        text        not null,
    user_id         text        not null,
    status          text        not null check (status in ('planning', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled', 'quarantined')),
    planner         text        not null default '',
    plan_version    int         not null default 0,
    plan_hash       text,
    levels          jsonb       not null default '[]',
    seq             bigint      not null default 0,   -- the last event
    epoch           int         not null default 0,   -- the fence: one more each time a process takes it
    owner           uuid,                             -- the worker that drives it; null: parked, or nobody yet
    attempts        int         not null default 0,   -- times taken over after a crash without a step ending since
    steps_total     int         not null default 0,
    steps_done      int         not null default 0,
    waiting         int         not null default 0,   -- open gates
    tokens          bigint      not null default 0,
    cost            double precision,
    answer          text,
    error           jsonb,
    idempotency_key text,
    created_at      timestamptz not null default now(),
    started_at      timestamptz,
    finished_at     timestamptz,
    primary key (workspace_id, id)
) with (fillfactor = 70);  -- room for the updates of one execution on its own page
create unique index executions_idempotency on executions (workspace_id, idempotency_key) where idempotency_key is not null;
create index executions_recent on executions (workspace_id, created_at desc, id desc);
create index executions_open on executions (owner) where status in ('planning', 'running', 'waiting', 'paused');

create table plan_versions (
    workspace_id uuid        not null,
    execution_id uuid        not null,
    version      int         not null,
    hash         text        not null,
    plan         jsonb       not null,
    manifest     jsonb       not null,
    planner      text        not null,
    created_at   timestamptz not null default now(),
    primary key (workspace_id, execution_id, version)
);

create table events (
    workspace_id uuid        not null,
    execution_id uuid        not null,
    seq          bigint      not null,
    kind         text        not null,
    data         jsonb       not null,
    at           timestamptz not null default now(),
    primary key (workspace_id, execution_id, seq)
);

create table execution_steps (
    workspace_id uuid        not null,
    execution_id uuid        not null,
    step_id      text        not null,
    item         int         not null default -1,     -- which call of a for_each step; -1: the step itself
    status       text        not null,
    attempt      int         not null default 0,
    items        int,
    args         jsonb,
    output       jsonb,
    label        jsonb,
    error        jsonb,
    reason       text,
    tokens       bigint      not null default 0,
    cost         double precision,
    started_at   timestamptz,
    finished_at  timestamptz,
    primary key (workspace_id, execution_id, step_id, item)
) with (fillfactor = 70);

create table execution_checkpoints (
    workspace_id uuid        not null,
    execution_id uuid        not null,
    seq          bigint      not null,
    state        bytea       not null,
    created_at   timestamptz not null default now(),
    primary key (workspace_id, execution_id, seq)
);

create table pending_approvals (
    workspace_id uuid        not null,
    id           uuid        not null,
    execution_id uuid        not null,
    step_id      text,                                -- null: the planner's question
    item         int,
    purpose      text        not null check (purpose in ('approval', 'question', 'unknown')),
    status       text        not null default 'pending' check (status in ('pending', 'approved', 'rejected', 'answered', 'expired', 'cancelled')),
    title        text        not null,
    details      jsonb       not null,                -- what is asked, in full: tool, effect, arguments, options, sources
    fingerprint  text        not null,                -- what the decision is bound to
    decision     jsonb,                               -- edited arguments, or the answer
    note         text        not null default '',
    decided_by   text,
    decided_at   timestamptz,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    primary key (workspace_id, id)
);
create index pending_approvals_execution on pending_approvals (workspace_id, execution_id);
create index pending_approvals_expiry on pending_approvals (expires_at) where status = 'pending';

create table signals (
    workspace_id uuid        not null,
    id           uuid        not null,                -- UUIDv7: the order in which they came
    execution_id uuid        not null,
    kind         text        not null check (kind in ('decision', 'pause', 'resume', 'cancel')),
    data         jsonb       not null,
    created_at   timestamptz not null default now(),
    primary key (workspace_id, execution_id, id)
);

create table effects (
    workspace_id uuid        not null,
    execution_id uuid        not null,
    step_id      text        not null,
    item         int         not null default -1,
    key          text        not null,                -- the idempotency key that the tool got
    tool         text        not null,
    fingerprint  text        not null,
    status       text        not null check (status in ('intended', 'happened', 'failed', 'unknown')),
    created_at   timestamptz not null default now(),
    settled_at   timestamptz,
    primary key (workspace_id, execution_id, step_id, item)
);

create table workers (
    id         uuid        primary key,
    host       text        not null,
    pid        int         not null,
    started_at timestamptz not null default now()
);

do $$
declare
    t text;
begin
    foreach t in array array['executions', 'plan_versions', 'events', 'execution_steps', 'execution_checkpoints', 'pending_approvals', 'signals', 'effects'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy tenant on %I to tizmoret_app using (workspace_id = nullif(current_setting(''tizmoret.workspace'', true), '''')::uuid)', t);
        execute format('create policy worker on %I to tizmoret_worker using (true)', t);
        execute format('grant select, insert, update, delete on %I to tizmoret_app, tizmoret_worker', t);
    end loop;
end $$;
grant select, insert, update, delete on workers to tizmoret_app, tizmoret_worker;
