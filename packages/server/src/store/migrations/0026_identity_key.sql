-- seal: `identity` keys sign the short JWTs that tell upstreams whose call it is. The next one is staged: it is published
-- before it signs.
alter table seal_key drop constraint seal_key_purpose_check;
alter table seal_key add constraint seal_key_purpose_check
  check (purpose in ('root', 'term', 'kek', 'pepper', 'audit', 'identity'));

-- dataplane: whether the upstream of a route is told whose call it is.
alter table dataplane_route add column tells_identity boolean not null default false;
