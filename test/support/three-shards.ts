/** Three primaries with a third of the slots each, and a replica each. */
export const threeShards = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
  { name: "ra", replicaOf: "a" },
  { name: "rb", replicaOf: "b" },
  { name: "rc", replicaOf: "c" },
] as const;
