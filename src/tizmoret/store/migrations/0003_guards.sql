-- Nobody sees the names of other workspaces, requests cannot strike workers off their list, and the tables belong to the owner role.
--
-- For whoever writes the next file: begin it with `set local role tizmoret_owner`, so that its tables belong to that role too; where it
-- changes rows, with `set local role tizmoret_worker` around that: forced row-level security hides them from everybody else.

alter table workspaces enable row level security;
alter table workspaces force row level security;
create policy tenant on workspaces to tizmoret_app using (id = nullif(current_setting('tizmoret.workspace', true), '')::uuid);
create policy worker on workspaces to tizmoret_worker using (true);

revoke all on workers from tizmoret_app;

grant usage, create on schema public to tizmoret_owner;
do $$
declare
    t text;
begin
    foreach t in array array['migrations', 'workspaces', 'workspace_members', 'api_tokens', 'blobs', 'executions', 'plan_versions', 'events',
                             'execution_steps', 'execution_checkpoints', 'pending_approvals', 'signals', 'effects', 'workers'] loop
        execute format('alter table %I owner to tizmoret_owner', t);
    end loop;
end $$;
