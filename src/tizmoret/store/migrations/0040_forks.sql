-- An execution that goes on from a step of another one.
set local role tizmoret_owner;

alter table executions add column forked_from uuid, add column forked_step text;
create index executions_forked on executions (workspace_id, forked_from) where forked_from is not null;
