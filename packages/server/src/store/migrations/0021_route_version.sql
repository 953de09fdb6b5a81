-- dataplane: where calls on a route say which version of its api they are for, as on the wire; null: nobody knows.
alter table dataplane_route add column api_version jsonb;
