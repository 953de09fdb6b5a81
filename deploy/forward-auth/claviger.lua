-- Asks Claviger about each request, and answers in its place what Claviger refuses. Uses HAProxy's own HTTP client only.
--
--   http-request lua.claviger http://127.0.0.1:7300/authz/forward?api=orders

-- Fields of the connection, and other names of the facts that are told below: only ours are true.
local WITHHELD = {
  ["host"] = true, ["connection"] = true, ["keep-alive"] = true, ["te"] = true, ["trailer"] = true,
  ["transfer-encoding"] = true, ["content-length"] = true, ["upgrade"] = true, ["expect"] = true,
  ["proxy-connection"] = true, ["accept-encoding"] = true, ["forwarded"] = true,
  ["x-original-method"] = true, ["x-original-uri"] = true, ["x-original-url"] = true,
}

-- What the API is told of the caller. haproxy.cfg has removed what a client wrote there.
local IDENTITY = { "x-claviger-identity", "x-claviger-key-id", "x-claviger-app-id", "x-claviger-scopes" }

-- Fields of Claviger's connection, which are none of the client's.
local NOT_PASSED_ON = { ["connection"] = true, ["keep-alive"] = true, ["transfer-encoding"] = true, ["content-length"] = true }

-- HAProxy counts the values of a field from 0, its client wants them from 1.
local function values_of(field)
  local values = {}
  for index = 0, #field do
    if field[index] ~= nil then values[#values + 1] = field[index] end
  end
  return values
end

local function refuse(txn, status, headers, body)
  local reply = txn:reply({ status = status })
  for name, field in pairs(headers) do
    if not NOT_PASSED_ON[name] then
      for _, value in ipairs(values_of(field)) do reply:add_header(name, value) end
    end
  end
  reply:set_body(body)
  txn:done(reply)
end

local function ask(txn, url)
  local sent = {}
  for name, field in pairs(txn.http:req_get_headers()) do
    if not WITHHELD[name] then sent[name] = values_of(field) end
  end
  sent["x-forwarded-method"] = { txn.f:method() }
  sent["x-forwarded-uri"] = { txn.f:pathq() }
  sent["x-forwarded-for"] = { txn.f:src() }

  local answer = core.httpclient():get({ url = url, headers = sent, timeout = 5000 })
  if answer == nil or answer.status == nil or answer.status < 200 then
    local document = '{"type":"about:blank","title":"Unavailable","status":503,"code":"unavailable"}'
    return refuse(txn, 503, { ["content-type"] = { [0] = "application/problem+json" } }, document)
  end
  if answer.status >= 300 then return refuse(txn, answer.status, answer.headers, answer.body or "") end

  local function told(name)
    local field = answer.headers[name]
    return field and field[0]
  end
  for _, name in ipairs(IDENTITY) do
    local value = told(name)
    if value ~= nil then txn.http:req_set_header(name, value) end
  end
  if told("ratelimit") ~= nil then
    txn:set_var("txn.claviger_limit_policy", told("ratelimit-policy"))
    txn:set_var("txn.claviger_limit", told("ratelimit"))
  end
end

core.register_action("claviger", { "http-req" }, ask, 1)
