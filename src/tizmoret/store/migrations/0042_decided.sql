-- What was decided, newest first.
set local role tizmoret_owner;

create index pending_approvals_decided on pending_approvals (workspace_id, decided_at desc, id desc) where decided_at is not null;
