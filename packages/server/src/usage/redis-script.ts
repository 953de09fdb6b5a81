/**
 * What Redis does for one call of `LeaseStore.draw`: all of it in one step. The arithmetic is that of testing/arithmetic.ts,
 * and a test holds the two against each other.
 *
 * KEYS: the mark, the nodes, then every counter. ARGV: requests and returns as JSON (see lease-wire.ts), the asking node, the
 * id that the mark must have, the prefix of counters; for tests the time and the number of nodes; then `look` to look at the
 * limits of the first request as a draw would, and write nothing.
 * Answers JSON: {"nodes", "grants"}, or {"sights"} with null for a counter that is not there; an error `UNMARKED` when the mark is not the expected one: then nothing was done.
 *
 * `lost` of the mark is the instant at which counters were lost, or 0. What was charged before it is unknown, so every window
 * counts as full until all that may have been leased by then has left it; a burst as used up; and nobody new gets a slot until
 * the nodes have said again what they hold.
 */
export const DRAW_SCRIPT = `
local requests, returns = cjson.decode(ARGV[1]), cjson.decode(ARGV[2])
local node, expected, prefix = ARGV[3], ARGV[4], ARGV[5]
local mark = redis.call('HMGET', KEYS[1], 'id', 'lost')
if mark[1] ~= expected then return redis.error_reply('UNMARKED what was counted here is lost, or not ours') end
local lost = tonumber(mark[2]) or 0

local clock
if ARGV[6] ~= '' then
  clock = tonumber(ARGV[6])
else
  local time = redis.call('TIME')
  clock = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local isLook = ARGV[8] == 'look'
local live
if ARGV[7] ~= '' then
  live = tonumber(ARGV[7])
elseif isLook then
  live = math.max(1, redis.call('ZCOUNT', KEYS[2], clock - 10000, '+inf'))
else
  redis.call('ZADD', KEYS[2], clock, node)
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', clock - 10000)
  redis.call('PEXPIRE', KEYS[2], 60000)
  live = math.max(1, redis.call('ZCARD', KEYS[2]))
end

local floor, ceil, min, max = math.floor, math.ceil, math.min, math.max
local NEVER = 1e300
-- a lease is never longer than twice this, and never shorter than the way to here
local MOST_LEAST_MS, MOST_DELAY_MS = 1000, 250
local SLOT_TTL_MS = 10000

local loaded, changed = {}, {}
local function stateOf(id)
  if loaded[id] == nil then
    local text = redis.call('GET', prefix .. id)
    loaded[id] = text and cmsgpack.unpack(text) or false
  end
  return loaded[id] or nil
end
local function put(id, state, keepMs)
  loaded[id] = state
  changed[id] = keepMs
end

local function share(cost, want, free, central)
  if central then return cost end
  local part = free
  if live > 1 then part = floor(free / (2 * live)) end
  return max(cost, min(want, part))
end

local function leaseMs(limit, windowMs, free)
  return min(15000, max(20, floor(windowMs / 40), floor(windowMs * free / (4 * limit))))
end

-- how long after a loss leases of before it may still be used
local function heldMs(windowMs)
  return 2 * max(min(15000, floor(windowMs / 4)), 20, MOST_LEAST_MS) + MOST_DELAY_MS
end

local function place(buckets, units, bucket, added)
  local at = #buckets
  while at > 0 and buckets[at] > bucket do at = at - 1 end
  if at > 0 and buckets[at] == bucket then
    units[at] = units[at] + added
  else
    table.insert(buckets, at + 1, bucket)
    table.insert(units, at + 1, added)
  end
end

local see = {}
local charge = {}

function see.window(draw, cost)
  local state = stateOf(draw.id)
  local s = { now = max(clock, state and state.l or 0), buckets = {}, units = {}, used = 0 }
  local width, windowMs, limit = draw.width_ms, draw.window_ms, draw.limit
  local oldest = floor((s.now - windowMs) / width)
  if state then
    for at, units in ipairs(state.u) do
      local bucket = state.b[at]
      -- of another width (the limit was edited): where it ends, so that nothing is forgotten early
      if state.w ~= width then bucket = floor(((bucket + 1) * state.w - 1) / width) end
      if bucket >= oldest and units > 0 then
        local last = #s.buckets
        if s.buckets[last] == bucket then
          s.units[last] = s.units[last] + units
        else
          s.buckets[last + 1], s.units[last + 1] = bucket, units
        end
        s.used = s.used + units
      end
    end
  end
  local always = draw.alone or limit < 4 * live
  s.central = always or (limit <= 64 and 2 * s.used > limit)
  if lost > 0 then
    local bucket = floor((lost + heldMs(windowMs)) / width)
    if bucket >= oldest then
      s.remaining, s.delay = 0, NEVER
      s.reset = (bucket + 1) * width + windowMs - s.now
      s.refused, s.retry = s.reset, s.reset
      return s
    end
  end
  s.remaining = max(0, limit - s.used)
  s.reset = s.buckets[1] and (s.buckets[1] + 1) * width + windowMs - s.now or 0
  s.delay = 0
  local excess = s.used + cost - limit
  if excess <= 0 then return s end
  s.delay = NEVER
  if cost <= limit then
    local freed = 0
    for at, units in ipairs(s.units) do
      freed = freed + units
      if freed >= excess then
        s.delay = (s.buckets[at] + 1) * width + windowMs - s.now
        break
      end
    end
  end
  local returnable = 0
  for at = #s.buckets, 1, -1 do
    -- leases that have not ended, or only just, may be given back at any time
    if (s.buckets[at] + 1) * width <= s.now - 250 then break end
    returnable = returnable + s.units[at]
  end
  s.refused = s.delay == NEVER and windowMs or s.delay
  s.retry = s.refused
  if not always and returnable >= excess then s.retry = min(s.refused, max(20, min(500, floor(windowMs / 50)))) end
  return s
end

function charge.window(draw, s, cost, delay, least)
  local width, windowMs, limit = draw.width_ms, draw.window_ms, draw.limit
  local used = s.used
  if delay > 0 then
    used = 0
    local oldest = floor((s.now + delay - windowMs) / width)
    for at, units in ipairs(s.units) do
      if s.buckets[at] >= oldest then used = used + units end
    end
  end
  local free = limit - used
  local units = share(cost, draw.want, free, s.central)
  local leased = max(s.central and 20 or leaseMs(limit, windowMs, free - units), least)
  local bucket = floor((s.now + delay + leased) / width)
  local ttl = min(delay + 2 * leased, (bucket + 1) * width - 1 - s.now)
  place(s.buckets, s.units, bucket, units)
  put(draw.id, { w = width, l = s.now, b = s.buckets, u = s.units }, 2 * windowMs + 60000)
  return { units = units, ttl_ms = ttl, bucket = bucket, central = s.central, remaining = free - units,
    reset_ms = (s.buckets[1] + 1) * width + windowMs - s.now, retry_ms = 0 }
end

local function burstDelay(draw, debt, cost)
  if cost > draw.burst then return NEVER end
  return max(0, ceil((debt - (draw.burst - cost) * draw.window_ms) / draw.limit))
end

local function burstRemaining(draw, debt)
  return max(0, floor((draw.burst * draw.window_ms - debt) / draw.window_ms))
end

function see.burst(draw, cost)
  local state = stateOf(draw.id)
  local s = { now = max(clock, state and state.l or 0), debt = 0 }
  if state then
    s.debt = max(0, state.d - (s.now - state.l) * state.n)
    if state.n ~= draw.limit or state.w ~= draw.window_ms then
      -- the limit was edited: the longer of what the debt takes to pay back, and what its units owe now; more than twice the
      -- largest burst that can be declared says nothing more
      s.debt = min(9007199254740991, max(ceil(s.debt * draw.limit / state.n), ceil(s.debt * draw.window_ms / state.w)))
    end
  end
  local span = draw.burst * draw.window_ms / draw.limit
  if lost > 0 then
    s.debt = max(s.debt, draw.burst * draw.window_ms - (s.now - lost - heldMs(span)) * draw.limit)
  end
  s.remaining = burstRemaining(draw, s.debt)
  s.central = draw.alone or draw.burst < 4 * live or 2 * s.debt > draw.burst * draw.window_ms
  s.delay = burstDelay(draw, s.debt, cost)
  s.reset = s.debt == 0 and 0 or burstDelay(draw, s.debt, min(draw.burst, s.remaining + 1))
  s.refused = s.delay == NEVER and ceil(span) or s.delay
  s.retry = s.refused
  return s
end

function charge.burst(draw, s, cost, delay, least)
  local debt = max(0, s.debt - delay * draw.limit)
  local free = burstRemaining(draw, debt)
  local units = share(cost, draw.want, free, s.central)
  local span = floor(draw.burst * draw.window_ms / draw.limit)
  -- a lease that ends before the debt is paid costs nothing, a longer one what time would have paid back while it lasts
  local leased = s.central and 0 or min(max(floor(debt / draw.limit), floor(span / 40)), leaseMs(draw.burst, span, free - units))
  local ttl = delay + max(1, leased, least)
  local after = max(s.debt, ttl * draw.limit) + units * draw.window_ms
  put(draw.id, { l = s.now, d = after, n = draw.limit, w = draw.window_ms }, 2 * ceil(after / draw.limit) + 60000)
  local left = burstRemaining(draw, after)
  return { units = units, ttl_ms = ttl, bucket = 0, central = s.central, remaining = left,
    reset_ms = burstDelay(draw, after, min(draw.burst, left + 1)), retry_ms = 0 }
end

function see.concurrency(draw, cost)
  local state = stateOf(draw.id)
  local s = { now = max(clock, state and state.l or 0), holders = {} }
  local all = 0
  for name, held in pairs(state and state.h or {}) do
    if held[3] > s.now then
      s.holders[name] = held
      all = all + held[1]
    end
  end
  local own = s.holders[draw.node] or { 0, 0, 0 }
  s.free = draw.limit - (all - own[1])
  s.central = draw.alone or draw.limit < 4 * live or 2 * all > draw.limit
  s.remaining = max(0, s.free - own[1])
  s.retry = 50
  s.delay = NEVER
  if own[2] < draw.sequence and draw.need <= s.free then s.delay = 0 end
  if lost > 0 and s.now < lost + SLOT_TTL_MS + MOST_DELAY_MS then
    s.central, s.remaining = true, 0
    if cost > 0 then s.delay = NEVER end
  end
  return s
end

function charge.concurrency(draw, s, cost, delay, least)
  local units = draw.need + min(draw.waiting, s.free - draw.need)
  if not s.central then units = units + min(draw.spare, floor((s.free - units) / (2 * live))) end
  local ttl = delay + max(SLOT_TTL_MS, least)
  s.holders[draw.node] = { units, draw.sequence, s.now + ttl }
  put(draw.id, { l = s.now, h = s.holders }, ttl + 60000)
  return { units = units, ttl_ms = ttl, bucket = 0, central = s.central, remaining = s.free - units,
    reset_ms = cjson.null, retry_ms = 0 }
end

if isLook then
  local sights = {}
  for at, draw in ipairs(requests[1].limits) do
    sights[at] = cjson.null
    if stateOf(draw.id) or lost > 0 then
      local s = see[draw.kind](draw, requests[1].cost)
      sights[at] = { remaining = s.remaining, delay_ms = s.delay ~= NEVER and s.delay or cjson.null,
        reset_ms = s.reset or cjson.null, refused_reset_ms = s.refused or cjson.null }
    end
  end
  return cjson.encode({ sights = sights })
end

for _, said in ipairs(returns) do
  local state = stateOf(said.id)
  if state and said.kind == 'window' and state.w == said.width_ms then
    for at, bucket in ipairs(state.b) do
      if bucket == said.bucket then
        local taken = min(state.u[at], said.units)
        state.u[at] = state.u[at] - taken
        if said.used_bucket then place(state.b, state.u, said.used_bucket, taken) end
        put(said.id, state, 'KEEPTTL')
        break
      end
    end
  elseif state and said.kind == 'concurrency' then
    local own = state.h[said.node]
    if own and own[2] < said.sequence then
      if said.slots == 0 or own[3] <= max(clock, state.l) then
        state.h[said.node] = nil
      else
        state.h[said.node] = { min(own[1], said.slots), said.sequence, own[3] }
      end
      put(said.id, state, 'KEEPTTL')
    end
  end
end

local grants = {}
for number, request in ipairs(requests) do
  local cost, least = request.cost, min(request.least_ms, MOST_LEAST_MS)
  local sights, granted, delay, limits = {}, true, 0, {}
  for at, draw in ipairs(request.limits) do
    local sight = see[draw.kind](draw, cost)
    sights[at] = sight
    sight.isRefused = sight.delay > draw.patience_ms
    if sight.isRefused then granted = false end
    delay = max(delay, sight.delay)
  end
  for at, draw in ipairs(request.limits) do
    local sight = sights[at]
    if granted then
      limits[at] = charge[draw.kind](draw, sight, cost, delay, least)
    else
      local reset = sight.isRefused and sight.refused or (not sight.isRefused and sight.reset) or nil
      limits[at] = { units = 0, ttl_ms = 0, bucket = 0, central = sight.central, remaining = sight.remaining,
        reset_ms = reset or cjson.null, retry_ms = sight.isRefused and sight.retry or 0 }
    end
  end
  grants[number] = { granted = granted, delay_ms = granted and delay or 0, limits = limits }
end

for id, keepMs in pairs(changed) do
  local text = cmsgpack.pack(loaded[id])
  if keepMs == 'KEEPTTL' then
    redis.call('SET', prefix .. id, text, 'KEEPTTL')
  else
    redis.call('SET', prefix .. id, text, 'PX', keepMs)
  end
end
return cjson.encode({ nodes = live, grants = grants })
`

/**
 * Sets the mark, or finds it. KEYS: the mark. ARGV: the id of this installation's mark, the run id of this server, the run
 * id that PostgreSQL remembers ('' before the first one), and '1' if a restart of this server loses nothing.
 * Answers the instant of the last loss, 0 for none.
 *
 * Nothing was lost when the mark is here and was set by this very run, which is also the one that was used last; or when that
 * run was a former one of the same server, and a restart of it loses nothing. Else everything counts as lost now.
 */
export const MARK_SCRIPT = `
local id, run, remembered, keeps = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
local mark = redis.call('HMGET', KEYS[1], 'id', 'run', 'lost')
local time = redis.call('TIME')
local isFirst = remembered == '' and not mark[1]
local isThisRun = mark[2] == run and (remembered == run or remembered == '')
local isKept = mark[2] == remembered and keeps
local lost = mark[3] or '0'
if not isFirst and not (mark[1] == id and (isThisRun or isKept)) then
  lost = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
end
redis.call('HSET', KEYS[1], 'id', id, 'run', run, 'lost', lost)
return lost
`
