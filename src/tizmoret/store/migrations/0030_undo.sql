-- Effects that are taken back.
set local role tizmoret_owner;

alter table executions drop constraint executions_status_check, add constraint executions_status_check
    check (status in ('planning', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled', 'quarantined', 'undone'));
alter table effects drop constraint effects_status_check, add constraint effects_status_check
    check (status in ('intended', 'happened', 'failed', 'unknown', 'undoing', 'undone'));
alter table pending_approvals drop constraint pending_approvals_purpose_check, add constraint pending_approvals_purpose_check
    check (purpose in ('approval', 'question', 'unknown', 'undo'));
alter table signals drop constraint signals_kind_check, add constraint signals_kind_check
    check (kind in ('decision', 'pause', 'resume', 'cancel', 'undo'));
