-- usage: bursts whose numbers multiply beyond 64 bits, nodes that were buried and live, and spends above what was drawn.

-- As before, see 0011; the span of a burst, in ms, times its units is beyond 64 bits for some that can be declared.
create or replace function usage_lease_ms(p_limit bigint, p_window_ms bigint, p_free bigint) returns bigint language sql immutable as $$
  select least(15000, greatest(20, p_window_ms / 40, div(p_window_ms::numeric * p_free, 4 * p_limit)))::bigint
$$;

create or replace function usage_see_burst(p_draw jsonb, p_cost bigint, p_clock_ms bigint, p_live integer) returns usage_sight language plpgsql as $$
declare
  v usage_sight;
  v_limit bigint := (p_draw ->> 'limit')::bigint;
  v_window_ms bigint := (p_draw ->> 'window_ms')::bigint;
  v_burst bigint := (p_draw ->> 'burst')::bigint;
  v_state jsonb;
  v_last_ms bigint;
  v_debt numeric := 0;
begin
  select last_ms, state into v_last_ms, v_state from usage_counter where id = p_draw ->> 'id';
  v.now_ms := greatest(p_clock_ms, v_last_ms);
  if v_state ? 'debt' then
    v_debt := greatest(0, (v_state ->> 'debt')::numeric - (v.now_ms - v_last_ms)::numeric * (v_state ->> 'limit')::bigint);
    if (v_state ->> 'limit')::bigint <> v_limit or (v_state ->> 'window')::bigint <> v_window_ms then
      -- The limit was edited: the longer of what the debt takes to pay back, and what its units owe now. More than twice the
      -- largest burst that can be declared says nothing more.
      v_debt := least(9007199254740991, greatest(ceil(v_debt * v_limit / (v_state ->> 'limit')::bigint), ceil(v_debt * v_window_ms / (v_state ->> 'window')::bigint)));
    end if;
  end if;
  v.amount := v_debt;
  v.remaining := usage_burst_remaining(v_debt, v_window_ms, v_burst);
  v.central := (p_draw ->> 'alone')::boolean or v_burst < 4 * p_live or 2 * v_debt > v_burst::numeric * v_window_ms;
  v.delay_ms := usage_burst_delay(v_debt, p_cost, v_limit, v_window_ms, v_burst);
  v.reset_ms := case when v_debt = 0 then 0 else usage_burst_delay(v_debt, least(v_burst, v.remaining + 1), v_limit, v_window_ms, v_burst) end;
  v.refused_reset_ms := coalesce(v.delay_ms, ceil(v_burst::numeric * v_window_ms / v_limit)::bigint);
  v.retry_ms := v.refused_reset_ms;
  return v;
end $$;

-- As before, see 0011 and 0022; and a node that has ended hears it: its requests for credits are refused, as a value, so that
-- the other requests of the call are decided. The answer says "ended" then.
create or replace function usage_draw(p_requests jsonb, p_returns jsonb, p_now_ms bigint default null) returns jsonb language plpgsql as $$
declare
  v_requests jsonb := p_requests;
  v_nodes text[];
  v_blocks bigint[];
  v_ended text[];
  v_answer jsonb;
begin
  select array_agg(l ->> 'node'), array_agg((l ->> 'block')::bigint) into v_nodes, v_blocks
    from jsonb_array_elements(p_requests) r, jsonb_array_elements(r -> 'limits') l
   where l ->> 'kind' = 'credits';
  if v_nodes is not null then
    perform usage_credit_hold_node(drawing.node) from (select distinct node from unnest(v_nodes) node order by node) drawing;
    select array_agg(c.node_id) into v_ended from usage_credit_closed c where c.node_id = any (v_nodes) and c.number = 0;
  end if;
  if v_ended is not null then
    -- The empty name is that of no balance: nothing can be drawn from it, so the request as a whole gets nothing.
    select jsonb_agg(jsonb_set(r, '{limits}', limits.said) order by r_place) into v_requests
      from jsonb_array_elements(p_requests) with ordinality as asked (r, r_place)
     cross join lateral (
       select coalesce(jsonb_agg(case when l ->> 'kind' = 'credits' and l ->> 'node' = any (v_ended)
                                      then l || jsonb_build_object('id', '') else l end order by l_place), '[]') as said
         from jsonb_array_elements(r -> 'limits') with ordinality as listed (l, l_place)) limits;
  end if;
  v_answer := usage_decide_draws(v_requests, p_returns, p_now_ms);
  -- The rows of the accounts are held from here on, so closing a block and drawing into it never pass each other.
  if p_returns <> '[]' then
    insert into usage_credit_closed (node_id, number)
    select r ->> 'node', (r ->> 'block')::bigint from jsonb_array_elements(p_returns) r
     where r ->> 'kind' = 'credits' and (r ->> 'doubted')::boolean
        on conflict do nothing;
  end if;
  if v_nodes is not null and exists (select from unnest(v_nodes, v_blocks) as drawn (node, block)
                                       join usage_credit_closed c on c.node_id = drawn.node and c.number = drawn.block
                                      where (drawn.node = any (v_ended)) is not true) then
    raise exception 'a draw of credits came after its block was closed' using errcode = '55000';
  end if;
  if v_ended is not null then return v_answer || jsonb_build_object('ended', true); end if;
  return v_answer;
end $$;
