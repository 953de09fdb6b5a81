-- The audit log. Entries are made in the transaction of the change they tell of and never changed again.
-- Their leaves get dense positions afterwards, from one sequencer: docs/decisions/0003-audit-in-the-same-transaction.md.

create table audit_entry (
  -- order of insertion; has holes, positions have none
  id bigint generated always as identity primary key,
  at timestamptz(3) not null,
  -- null: concerns the whole installation
  workspace_id text,
  actor_type text not null,
  actor_id text not null,
  key_id text,
  client_ip text,
  user_agent text,
  request_id text,
  endpoint text,
  operation text not null,
  outcome text not null check (outcome in ('success', 'refused')),
  status integer not null,
  duration_ms integer not null,
  resource_type text not null,
  resource_id text not null,
  -- strings are HMACs but for the fields declared public
  facts jsonb not null,
  -- 16 random bytes for each field of the leaf, hex by name; without those of erased fields
  salts jsonb not null,
  -- commitments of erased fields, hex by name: with them the leaf can still be computed
  erased jsonb not null default '{}',
  leaf bytea not null check (octet_length(leaf) = 32)
);

create index audit_entry_newest on audit_entry (workspace_id, at desc, id desc);
create index audit_entry_by_request on audit_entry (request_id) where request_id is not null;
create index audit_entry_by_actor on audit_entry (workspace_id, actor_id, at desc, id desc);
create index audit_entry_by_key on audit_entry (workspace_id, key_id, at desc, id desc) where key_id is not null;
create index audit_entry_by_resource on audit_entry (workspace_id, resource_id, at desc, id desc);
create index audit_entry_by_operation on audit_entry (workspace_id, operation, at desc, id desc);

-- Leaves that wait for their position, in the order of insertion.
create table audit_pending (
  id bigint generated always as identity primary key,
  source text not null check (source in ('entry', 'block')),
  source_id bigint not null,
  leaf bytea not null
);

-- The log itself: position, leaf, and where the leaf came from. Outlives what it was computed over.
create table audit_leaf (
  position bigint primary key check (position >= 0),
  leaf bytea not null check (octet_length(leaf) = 32),
  source text not null check (source in ('entry', 'block')),
  source_id bigint not null
);
-- not unique: numbers of blocks may come again once those before are long dropped, and the database was restored since
create index audit_leaf_by_source on audit_leaf (source, source_id);

-- One row: how many leaves there are. Its lock makes one sequencer.
create table audit_head (
  only_row boolean primary key default true check (only_row),
  size bigint not null check (size >= 0)
);
insert into audit_head (size) values (0);

-- Gives waiting leaves the next positions, in the order of insertion among those that are committed. Answers how many.
-- Who comes while another does it leaves at once: nobody waits, and positions have no holes.
create function audit_sequence(batch integer) returns integer language plpgsql as $$
declare
  base bigint;
  placed integer;
begin
  select size into base from audit_head for update skip locked;
  if not found then
    return 0;
  end if;
  with taken as (
    delete from audit_pending where id in (select id from audit_pending order by id limit batch)
    returning id, source, source_id, leaf
  ), put as (
    insert into audit_leaf (position, leaf, source, source_id)
    select base + row_number() over (order by id) - 1, leaf, source, source_id from taken
    returning 1
  )
  select count(*) into placed from put;
  if placed > 0 then
    update audit_head set size = base + placed;
  end if;
  return placed;
end
$$;

-- The journal of decisions: one row per drain batch, workspace and minute.
create sequence audit_journal_id;
create table audit_journal (
  id bigint not null default nextval('audit_journal_id'),
  -- when it was written here; what the partitions are made by
  written_at timestamptz(3) not null default now(),
  node_id text not null,
  first_sequence bigint not null,
  last_sequence bigint not null,
  workspace_id text not null,
  -- of the decisions in it
  from_at timestamptz(3) not null,
  to_at timestamptz(3) not null,
  decisions integer not null check (decisions > 0),
  -- crc32 of the keys' ids: the ids themselves would cost more to index than all the rest
  key_tags integer[] not null,
  -- zstd of JSON lines
  block bytea not null,
  salt bytea not null check (octet_length(salt) = 16),
  leaf bytea not null check (octet_length(leaf) = 32)
) partition by range (written_at);

alter sequence audit_journal_id owned by audit_journal.id;
-- compressed already: the engine must not try again
alter table audit_journal alter column block set storage external;
create index audit_journal_newest on audit_journal (workspace_id, to_at desc, id desc) include (from_at);
create index audit_journal_by_key on audit_journal using gin (key_tags);

-- Calls that were let through and whose end has not come in the same batch. What a dead process leaves here was interrupted.
create table audit_open (
  node_id text collate "C" not null,
  request_id text collate "C" not null,
  line text not null,
  primary key (node_id, request_id)
);

-- Refusals before authentication, counted.
create table audit_probe (
  second timestamptz(0) not null,
  node_id text not null,
  ip_prefix text not null,
  reason text not null,
  refusals bigint not null check (refusals > 0),
  primary key (second, node_id, ip_prefix, reason)
) partition by range (second);

-- Makes the partition of one day (UTC) of a partitioned table of this room. Harmless when it is there.
-- Attached, not created in place: that would lock the table against writers.
create function audit_make_partition(parent text, day date) returns void language plpgsql as $$
declare
  child text := parent || '_' || to_char(day, 'YYYYMMDD');
begin
  if parent not in ('audit_journal', 'audit_probe') then
    raise exception 'audit_make_partition: % is not partitioned by days', parent;
  end if;
  if to_regclass(child) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtext('claviger.audit_partition'));
  -- not to_regclass: what it found before the wait is remembered
  perform from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = to_regclass(parent) and c.relname = child;
  if found then
    return;
  end if;
  execute format('create table %I (like %I including defaults including constraints including storage)', child, parent);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child,
    day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
end
$$;

-- Writes the blocks of one batch and queues their leaves: one call, however many workspaces. Bytes come in one piece each.
-- p_heads: [{"workspace", "from", "to" (ms), "decisions", "tags" ("{1,2}"), "offset", "bytes" (of the block within p_blocks)}]
create function audit_write_blocks(
  p_node text, p_first bigint, p_last bigint, p_heads jsonb, p_blocks bytea, p_salts bytea, p_leaves bytea
) returns void language plpgsql as $$
begin
  for attempt in 1..2 loop
    begin
      with block as (
        insert into audit_journal (node_id, first_sequence, last_sequence, workspace_id, from_at, to_at, decisions, key_tags, block, salt, leaf)
        select p_node, p_first, p_last, head ->> 'workspace', to_timestamp((head ->> 'from')::numeric / 1000), to_timestamp((head ->> 'to')::numeric / 1000),
               (head ->> 'decisions')::integer, (head ->> 'tags')::integer[],
               substring(p_blocks from (head ->> 'offset')::integer + 1 for (head ->> 'bytes')::integer),
               substring(p_salts from (number::integer - 1) * 16 + 1 for 16), substring(p_leaves from (number::integer - 1) * 32 + 1 for 32)
          from jsonb_array_elements(p_heads) with ordinality as given (head, number)
        returning id, leaf
      )
      insert into audit_pending (source, source_id, leaf) select 'block', id, leaf from block order by id;
      return;
    exception when check_violation then
      -- Usually there since days, made by a job; a write is never lost because it is not.
      if attempt = 2 then
        raise;
      end if;
      perform audit_make_partition('audit_journal', (now() at time zone 'UTC')::date);
    end;
  end loop;
end
$$;

-- Drops the partitions of days before `oldest`. Answers how many.
create function audit_drop_partitions(parent text, oldest date) returns integer language plpgsql as $$
declare
  child text;
  dropped integer := 0;
begin
  if parent not in ('audit_journal', 'audit_probe') then
    raise exception 'audit_drop_partitions: % is not partitioned by days', parent;
  end if;
  for child in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = to_regclass(parent) and right(c.relname, 8) < to_char(oldest, 'YYYYMMDD')
    order by c.relname
  loop
    execute format('drop table %I', child);
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$$;

-- Append-only. Entries change only by erasure, which takes values and salts away and must leave the leaf as it was;
-- the journal's blocks go with their whole partition, when their time is over.
create function audit_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only' using errcode = '42501';
end
$$;

create function audit_only_erasure() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('claviger.audit_erasure', true), '') <> 'on'
    or (old.id, old.at, old.workspace_id, old.actor_type, old.operation, old.outcome, old.status, old.duration_ms, old.resource_type, old.leaf)
      is distinct from
      (new.id, new.at, new.workspace_id, new.actor_type, new.operation, new.outcome, new.status, new.duration_ms, new.resource_type, new.leaf)
    or not (new.erased @> old.erased) or new.erased = old.erased
  then
    raise exception 'the audit log is append-only' using errcode = '42501';
  end if;
  return new;
end
$$;

create trigger audit_entry_update before update on audit_entry for each row execute function audit_only_erasure();
create trigger audit_entry_delete before delete on audit_entry for each row execute function audit_refuse_change();
create trigger audit_entry_truncate before truncate on audit_entry for each statement execute function audit_refuse_change();
create trigger audit_leaf_change before update or delete on audit_leaf for each row execute function audit_refuse_change();
create trigger audit_leaf_truncate before truncate on audit_leaf for each statement execute function audit_refuse_change();
create trigger audit_journal_change before update or delete on audit_journal for each row execute function audit_refuse_change();
create trigger audit_journal_truncate before truncate on audit_journal for each statement execute function audit_refuse_change();
