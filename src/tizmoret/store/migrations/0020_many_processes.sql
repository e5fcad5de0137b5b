-- Workers that beat, and executions that wait for a place.
set local role tizmoret_owner;

alter table workers
    add column beat_at timestamptz not null default clock_timestamp(),  -- by the clock of the database, the only one that all agree on
    add column lock    bigint      not null default 0,                  -- of the advisory lock that its session holds
    add column drives  boolean     not null default true;               -- false: it only submits and streams

alter table executions
    add column priority smallint not null default 0,                    -- within its workspace; higher goes first
    add column orphaned boolean  not null default false;                -- its worker died; whoever takes it next says so in the log

-- Those that wait for a place, in the order in which they get one.
create index executions_queue on executions (workspace_id, priority desc, created_at, id)
    where owner is null and status in ('planning', 'running');
