-- What has ended long ago is found by its end, and a large value knows when it was last used.
set local role tizmoret_owner;

create index executions_ended on executions (finished_at) where finished_at is not null;
alter table blobs add column used_at timestamptz not null default now();
