-- usage: what has been used of limits (windows, by leases), and what was used at all (hourly roll-ups).

-- One window counter of one limit. `buckets` are sub-buckets of the window (number = instant in ms / width_ms), `units`
-- what has been charged to each. Units are charged when they are leased, to the bucket in which the lease expires: so
-- buckets of the future count too. `last_ms` keeps a counter's time from running backwards.
create table usage_counter (
  id                  text collate "C" primary key,
  window_ms           bigint not null,
  width_ms            bigint not null,
  last_ms             bigint not null,
  buckets             bigint[] not null default '{}',
  units               bigint[] not null default '{}'
) with (fillfactor = 50);

-- What still counts of a counter at an instant, in buckets of the width asked for. A bucket of another width (the limit
-- was edited) goes to the bucket in which it ends, so that nothing is forgotten early.
create function usage_counting(p_counter usage_counter, p_width_ms bigint, p_oldest bigint)
returns table (bucket bigint, units bigint) language sql immutable as $$
  select converted.bucket, sum(converted.units)::bigint
    from (select case when p_counter.width_ms = p_width_ms then held.bucket
                      else ((held.bucket + 1) * p_counter.width_ms - 1) / p_width_ms end as bucket,
                 held.units
            from unnest(p_counter.buckets, p_counter.units) as held (bucket, units)) converted
   where converted.bucket >= p_oldest
   group by converted.bucket
  having sum(converted.units) > 0
$$;

-- Draws leases for several requests, after taking back units of earlier ones. The arithmetic is that of
-- packages/server/src/usage/testing/lease-arithmetic.ts, and a test holds the two against each other.
--
-- p_requests: [{"cost", "least_ms", "limits": [{"id", "limit", "window_ms", "width_ms", "want", "alone"}]}]
--   all limits of a request are granted, at least `cost` units each, or none
-- p_returns:  [{"id", "width_ms", "bucket", "units"}]
-- p_now_ms:   for tests; else the clock of the database
-- answers one object per request: {"granted", "limits": [{"units", "ttl_ms", "bucket", "central", "remaining", "reset_ms", "retry_ms"}]}
--   remaining, reset_ms: what can still be had, and when more can be. retry_ms: 0, or before that asking again is vain.
create function usage_draw(p_requests jsonb, p_returns jsonb, p_now_ms bigint default null) returns jsonb language plpgsql as $$
declare
  v_ids text[]; v_returned text[]; v_locked text[];
  v_clock_ms bigint;
  v_live integer;
  v_request jsonb;
  v_limit jsonb;
  v_counter usage_counter;
  v_answers jsonb := '[]';
  v_limits jsonb;
  v_granted boolean;
  v_cost bigint; v_most bigint; v_window_ms bigint; v_width_ms bigint;
  v_now_ms bigint; v_oldest bigint; v_used bigint; v_first bigint; v_reset_ms bigint; v_retry_ms bigint;
  v_always boolean; v_central boolean; v_units bigint; v_ttl_ms bigint; v_bucket bigint; v_returnable bigint;
begin
  select coalesce(array_agg(distinct l ->> 'id'), '{}') into v_ids
    from jsonb_array_elements(p_requests) r, jsonb_array_elements(r -> 'limits') l;
  select coalesce(array_agg(distinct r ->> 'id'), '{}') into v_returned from jsonb_array_elements(p_returns) r;
  loop
    insert into usage_counter (id, window_ms, width_ms, last_ms)
    select wanted.id, 1, 1, 0 from unnest(v_ids) as wanted (id)
     where not exists (select from usage_counter c where c.id = wanted.id)
     order by wanted.id
        on conflict do nothing;
    -- All rows in one order, so that two calls never wait for each other in a circle.
    select coalesce(array_agg(held.id), '{}') into v_locked
      from (select id from usage_counter where id = any (v_ids || v_returned) order by id for update) held;
    -- Else a row was cleared away between the two statements.
    exit when v_ids <@ v_locked;
  end loop;
  v_clock_ms := coalesce(p_now_ms, floor(extract(epoch from clock_timestamp()) * 1000)::bigint);
  v_live := feed_live_nodes();

  update usage_counter c
     set units = (select coalesce(array_agg(greatest(0, held.units - coalesce(back.units, 0)) order by held.position), '{}')
                    from unnest(c.buckets, c.units) with ordinality as held (bucket, units, position)
                    left join (select (r ->> 'bucket')::bigint as bucket, sum((r ->> 'units')::bigint) as units
                                 from jsonb_array_elements(p_returns) r
                                where r ->> 'id' = c.id and (r ->> 'width_ms')::bigint = c.width_ms
                                group by 1) back using (bucket))
   where c.id = any (v_returned);

  for v_request in select value from jsonb_array_elements(p_requests) loop
    v_cost := (v_request ->> 'cost')::bigint;
    v_limits := '[]';
    v_granted := true;
    for v_limit in select value from jsonb_array_elements(v_request -> 'limits') loop
      v_most := (v_limit ->> 'limit')::bigint;
      v_window_ms := (v_limit ->> 'window_ms')::bigint;
      v_width_ms := (v_limit ->> 'width_ms')::bigint;
      select * into v_counter from usage_counter where id = v_limit ->> 'id';
      v_now_ms := greatest(v_clock_ms, v_counter.last_ms);
      v_oldest := floor((v_now_ms - v_window_ms)::numeric / v_width_ms)::bigint;
      select coalesce(sum(units), 0), min(bucket) into v_used, v_first from usage_counting(v_counter, v_width_ms, v_oldest);
      v_always := (v_limit ->> 'alone')::boolean or v_most < 4 * v_live;
      v_central := v_always or (v_most <= 64 and 2 * v_used > v_most);
      v_reset_ms := coalesce((v_first + 1) * v_width_ms + v_window_ms - v_now_ms, 0);
      v_retry_ms := 0;
      if v_used + v_cost > v_most then
        v_granted := false;
        select min((bucket + 1) * v_width_ms + v_window_ms - v_now_ms) into v_reset_ms
          from (select bucket, sum(units) over (order by bucket) as freed from usage_counting(v_counter, v_width_ms, v_oldest)) freeing
         where freed >= v_used + v_cost - v_most;
        v_reset_ms := coalesce(v_reset_ms, v_window_ms);
        -- Leases that have not ended, or only just, may be given back at any time.
        select coalesce(sum(units), 0) into v_returnable from usage_counting(v_counter, v_width_ms, v_oldest)
         where (bucket + 1) * v_width_ms > v_now_ms - 250;
        v_retry_ms := v_reset_ms;
        if not v_always and v_returnable >= v_used + v_cost - v_most then
          v_retry_ms := least(v_reset_ms, greatest(20, least(500, v_window_ms / 50)));
        end if;
      end if;
      v_limits := v_limits || jsonb_build_object('units', 0, 'ttl_ms', 0, 'bucket', 0, 'central', v_central,
        'remaining', greatest(0, v_most - v_used), 'reset_ms', v_reset_ms, 'retry_ms', v_retry_ms);
    end loop;

    if v_granted then
      v_limits := '[]';
      for v_limit in select value from jsonb_array_elements(v_request -> 'limits') loop
        v_most := (v_limit ->> 'limit')::bigint;
        v_window_ms := (v_limit ->> 'window_ms')::bigint;
        v_width_ms := (v_limit ->> 'width_ms')::bigint;
        select * into v_counter from usage_counter where id = v_limit ->> 'id';
        v_now_ms := greatest(v_clock_ms, v_counter.last_ms);
        v_oldest := floor((v_now_ms - v_window_ms)::numeric / v_width_ms)::bigint;
        select coalesce(sum(units), 0) into v_used from usage_counting(v_counter, v_width_ms, v_oldest);
        v_central := (v_limit ->> 'alone')::boolean or v_most < 4 * v_live or (v_most <= 64 and 2 * v_used > v_most);
        v_units := v_cost;
        v_ttl_ms := 20;
        if not v_central then
          v_units := v_most - v_used;
          if v_live > 1 then v_units := v_units / (2 * v_live); end if;
          v_units := greatest(v_cost, least((v_limit ->> 'want')::bigint, v_units));
          v_ttl_ms := least(15000, greatest(20, v_window_ms / 40, v_window_ms * (v_most - v_used - v_units) / (4 * v_most)));
        end if;
        v_ttl_ms := greatest(v_ttl_ms, (v_request ->> 'least_ms')::bigint);
        v_bucket := (v_now_ms + v_ttl_ms) / v_width_ms;
        v_ttl_ms := least(2 * v_ttl_ms, (v_bucket + 1) * v_width_ms - 1 - v_now_ms);
        update usage_counter c
           set window_ms = v_window_ms, width_ms = v_width_ms, last_ms = v_now_ms, buckets = kept.buckets, units = kept.units
          from (select array_agg(bucket order by bucket) as buckets, array_agg(units order by bucket) as units
                  from (select bucket, sum(units)::bigint as units
                          from (select bucket, units from usage_counting(v_counter, v_width_ms, v_oldest)
                                union all select v_bucket, v_units) charged
                         group by bucket) summed) kept
         where c.id = v_counter.id;
        select coalesce((min(bucket) + 1) * v_width_ms + v_window_ms - v_now_ms, 0) into v_reset_ms
          from (select bucket from usage_counting(v_counter, v_width_ms, v_oldest) union all select v_bucket) counting;
        v_limits := v_limits || jsonb_build_object('units', v_units, 'ttl_ms', v_ttl_ms, 'bucket', v_bucket, 'central', v_central,
          'remaining', v_most - v_used - v_units, 'reset_ms', v_reset_ms, 'retry_ms', 0);
      end loop;
    end if;
    v_answers := v_answers || jsonb_build_object('granted', v_granted, 'limits', v_limits);
  end loop;
  return v_answers;
end $$;

-- Hourly sums of what was used. `target_id` is a route or model, or empty (keys/verify).
create table usage_hour (
  workspace_id        text not null,
  hour                timestamptz(0) not null,
  app_id              text not null,
  key_id              text not null,
  target_id           text not null,
  requests            bigint not null,
  refused             bigint not null,
  failed              bigint not null,
  input_tokens        bigint not null,
  output_tokens       bigint not null,
  cached_tokens       bigint not null,
  unmetered           bigint not null,
  bytes_in            bigint not null,
  bytes_out           bigint not null,
  duration_ms         double precision not null,
  primary key (workspace_id, hour, app_id, key_id, target_id)
) with (fillfactor = 70);
create index usage_hour_by_key on usage_hour (key_id, hour);
