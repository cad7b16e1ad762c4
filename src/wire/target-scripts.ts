/** The value of a key, or how large it is where that is more than ARGV[1], and with the former when it ends. */
const LOOK = `local dump = redis.call('DUMP', KEYS[1])
if not dump then return false end
if #dump > tonumber(ARGV[1]) then return #dump end
`;
export const LOOK_AT_END = Buffer.from(`${LOOK}return {dump, redis.call('PEXPIRETIME', KEYS[1])}`);
/** Before Redis 7.0: TIME as near as can be to what counts from it, for the DUMP of a large value takes its time. */
export const LOOK_AT_TTL = Buffer.from(`${LOOK}local now = redis.call('TIME')
local left = redis.call('PTTL', KEYS[1])
if left < 0 then return {dump, -1} end
return {dump, now[1] * 1000 + math.floor(now[2] / 1000) + left}`);

export const EXCHANGE = Buffer.from(`local dump = redis.call('DUMP', KEYS[1])
if not dump or redis.sha1hex(dump) ~= ARGV[1] then return 0 end
redis.call('RESTORE', KEYS[1], ARGV[2], ARGV[3], 'REPLACE', 'ABSTTL')
return 1`);

export const WITHDRAW = Buffer.from(`local dump = redis.call('DUMP', KEYS[1])
if not dump or redis.sha1hex(dump) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`);

export const TOUCH = Buffer.from(`redis.call('RESTORE', KEYS[1], 0, ARGV[1], 'REPLACE')
return redis.call('DEL', KEYS[1])`);

/** In one script, so that nobody ever sees the key. */
export const REWRITE = Buffer.from(`redis.call('RESTORE', KEYS[1], 0, ARGV[1], 'REPLACE')
local dump = redis.call('DUMP', KEYS[1])
redis.call('DEL', KEYS[1])
return dump`);
