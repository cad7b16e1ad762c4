import { Refused } from "../errors.ts";

/** import h:p --cluster-from h:p: takes the place of this once slotctl has a command for it. */
export function importKeys(): Promise<boolean> {
  throw new Refused("[ERR] slotctl has no import yet: use redis-cli --cluster import for it.", {
    code: "not-there-yet",
  });
}
