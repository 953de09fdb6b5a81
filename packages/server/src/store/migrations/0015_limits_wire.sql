-- keys, identity, dataplane: lists of limits of every kind in place of one window of requests, and plans.
-- A list stands in `limits` as it does on the wire.

-- A named bundle of limits. Keys and apps point at it: an edit of it rewrites none of them.
create table keys_plan (
  id                  text primary key,
  workspace_id        text not null,
  name                text not null,
  limits              jsonb not null default '[]',
  created_at          timestamptz(3) not null,
  updated_at          timestamptz(3) not null,
  revision            integer not null default 1
);
create unique index keys_plan_name on keys_plan (workspace_id, name);

alter table keys_key add column limits jsonb not null default '[]', add column plan_id text references keys_plan (id) on delete set null;
create index keys_key_plan on keys_key (plan_id) where plan_id is not null;
alter table keys_api add column limits jsonb not null default '[]';

alter table identity_app add column limits jsonb not null default '[]', add column plan_id text;
create index identity_app_plan on identity_app (plan_id) where plan_id is not null;

-- cost: units that one call is charged by limits that count units.
alter table dataplane_route
  add column limits jsonb not null default '[]',
  add column cost integer not null default 1 check (cost between 1 and 1000000000),
  add column rate_limit_headers text not null default 'draft' check (rate_limit_headers in ('draft', 'draft+legacy'));
alter table dataplane_model
  add column limits jsonb not null default '[]',
  add column cost integer not null default 1 check (cost between 1 and 1000000000),
  add column rate_limit_headers text not null default 'draft' check (rate_limit_headers in ('draft', 'draft+legacy'));

-- What stood as one window is a list of one. What was used of it stays used.
create function usage_window_list(p_requests bigint, p_seconds integer) returns jsonb language sql immutable as $$
  select jsonb_build_array(jsonb_build_object(
    'kind', 'window', 'name', 'requests', 'limit', p_requests, 'window_seconds', p_seconds,
    'class', 'bounded', 'mode', 'enforce', 'on_counter_loss', 'closed'))
$$;
update keys_key set limits = usage_window_list(limit_requests, limit_window_seconds) where limit_requests is not null;
update keys_api set limits = usage_window_list(limit_requests, limit_window_seconds) where limit_requests is not null;
update dataplane_route set limits = usage_window_list(limit_requests, limit_window_seconds) where limit_requests is not null;
update dataplane_model set limits = usage_window_list(limit_requests, limit_window_seconds) where limit_requests is not null;
drop function usage_window_list(bigint, integer);
update usage_counter set id = regexp_replace(id, ':requests$', ':window:requests')
 where id ~ '^(key|api|route|model):[^:]+:requests$';

alter table keys_key drop column limit_requests, drop column limit_window_seconds;
alter table keys_api drop column limit_requests, drop column limit_window_seconds;
alter table dataplane_route drop column limit_requests, drop column limit_window_seconds;
alter table dataplane_model drop column limit_requests, drop column limit_window_seconds;
