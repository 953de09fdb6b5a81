-- feed: one append-only log of every change that a decision depends on, and the processes that read it.

-- The head's row lock is held until the appending transaction ends, so commit order is position order and positions have
-- no gaps. `log_id` is another one after a restore: then a position from before means nothing.
create table feed_head (
  one                 boolean primary key default true check (one),
  log_id              uuid not null default gen_random_uuid(),
  position            bigint not null default 0
) with (fillfactor = 10);
insert into feed_head default values;

create table feed_change (
  position            bigint primary key,
  at                  timestamptz(3) not null,
  workspace_id        text not null,
  kind                text not null check (kind in ('edit', 'revocation')),
  subject_type        text not null,
  subject_id          text not null,
  detail              jsonb not null
);
create index feed_change_at on feed_change (at);

-- Every process that reads the feed, drains a spool or draws leases: one row per start of a process.
create table feed_node (
  id                  text primary key,
  name                text not null,
  roles               text[] not null,
  version             text not null,
  started_at          timestamptz(3) not null default clock_timestamp(),
  seen_at             timestamptz(3) not null default clock_timestamp(),
  ended_at            timestamptz(3),
  position            bigint not null default 0,
  drained_sequence    bigint not null default 0
) with (fillfactor = 50);
create index feed_node_running on feed_node (id) where ended_at is null;

-- Appends one change and rings the bell; both take effect when the transaction commits.
create function feed_append(p_workspace_id text, p_kind text, p_subject_type text, p_subject_id text, p_detail jsonb)
returns bigint language plpgsql as $$
declare
  v_position bigint;
begin
  update feed_head set position = position + 1 returning position into v_position;
  insert into feed_change (position, at, workspace_id, kind, subject_type, subject_id, detail)
  values (v_position, clock_timestamp(), p_workspace_id, p_kind, p_subject_type, p_subject_id, p_detail);
  perform pg_notify('claviger_feed', v_position::text);
  return v_position;
end $$;

-- The position that the calling statement's snapshot stands at. STABLE is what makes that true: a volatile function
-- would see a later snapshot than the rows it is read beside.
create function feed_position() returns bigint language sql stable parallel safe as $$
  select position from feed_head
$$;

-- How many processes draw from the same limits now; at least the one that asks.
create function feed_live_nodes() returns integer language sql stable as $$
  select greatest(1, count(*))::integer from feed_node
   where ended_at is null and seen_at > clock_timestamp() - interval '10 seconds' and 'gateway' = any (roles)
$$;
