/**
 * When a key ends, in milliseconds since 1970, and -1 where it lives for ever. Before Redis 7.0 a server only says how
 * long that still is; TIME in a script is an effect that has to be replicated as such (redis/redis#1525).
 */
const ENDS_AT = "local function ends(key) return redis.call('PEXPIRETIME', key) end\n";
const ENDS_AT_BY_PTTL = `if redis.replicate_commands then redis.replicate_commands() end
local function ends(key)
  local left = redis.call('PTTL', key)
  if left < 0 then return -1 end
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000) + left
end
`;

/**
 * Values with when they end, until ARGV[2] bytes are reached, and never more than ARGV[3]: all of one moment. Where not
 * even the first one fits, how large it is. Keys stand in ARGV, for in a cluster the keys of one bite are of many slots
 * of the one node that is asked. Where nothing of the database ARGV[1] expires, no key is asked for it.
 */
const READ = `local lasting = string.find(redis.call('INFO', 'keyspace'), 'db' .. ARGV[1] .. ':keys=%d+,expires=0,')
local enough, most, bytes, out = tonumber(ARGV[2]), tonumber(ARGV[3]), 0, {}
for i = 4, #ARGV do
  local dump = redis.call('DUMP', ARGV[i])
  if dump then
    if bytes + #dump > most then
      if i == 4 then return #dump end
      break
    end
    out[#out + 1] = dump
    out[#out + 1] = lasting and -1 or ends(ARGV[i])
    bytes = bytes + #dump
    if bytes > enough then break end
  else
    out[#out + 1] = false
    out[#out + 1] = -2
  end
end
return out`;

/**
 * Deletes each key (ARGV from 3, with its value as it was sent, or the SHA-1 of that, and when it ends) that is still
 * what was sent. 1 for one that was, 2 for one that is gone, 0 for one that has changed. Nothing less notices all
 * changes: WATCH knows nothing of XACK or XREADGROUP. A payload and the SHA-1 of one cannot be taken for each other.
 */
const TAKE = `local lasting = string.find(redis.call('INFO', 'keyspace'), 'db' .. ARGV[1] .. ':keys=%d+,expires=0,')
local slack, out = tonumber(ARGV[2]), {}
for i = 3, #ARGV, 3 do
  local dump, sent = redis.call('DUMP', ARGV[i]), ARGV[i + 1]
  if not dump then
    out[#out + 1] = 2
  elseif (dump == sent or redis.sha1hex(dump) == sent)
    and (lasting and ARGV[i + 2] == '-1' or math.abs(ends(ARGV[i]) - tonumber(ARGV[i + 2])) <= slack) then
    redis.call('UNLINK', ARGV[i])
    out[#out + 1] = 1
  else
    out[#out + 1] = 0
  end
end
return out`;

export interface SourceScripts {
  readonly read: Buffer;
  readonly take: Buffer;
  /** By how much two answers to when a key ends may differ though nobody touched it. */
  readonly slackMs: number;
}

export function sourceScripts({ hasExpireTime }: { readonly hasExpireTime: boolean }): SourceScripts {
  const ends = hasExpireTime ? ENDS_AT : ENDS_AT_BY_PTTL;
  return {
    read: Buffer.from(ends + READ),
    take: Buffer.from(ends + TAKE),
    slackMs: hasExpireTime ? 0 : 2,
  };
}
