-- dataplane: where routes answer beside /gw/{name}, and what is done to their calls. Empty and null: nothing.
-- The members in jsonb stand as on the wire.
alter table dataplane_route
  add column hosts text[] not null default '{}',
  add column paths text[] not null default '{}',
  add column rewrite jsonb,
  add column header_rules jsonb,
  add column cors jsonb,
  add column maintenance jsonb;

-- Each place once in the whole installation. The host '' stands for any.
create table dataplane_place (
  host         text not null,
  path         text not null,
  route_id     text not null references dataplane_route (id) on delete cascade,
  workspace_id text not null,
  primary key (host, path)
);
create index dataplane_place_route on dataplane_place (route_id);
create index dataplane_place_workspace on dataplane_place (workspace_id);
