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
