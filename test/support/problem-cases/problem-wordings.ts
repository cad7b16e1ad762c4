import type { ProblemCode } from "../../../src/cluster/problem.ts";

/** How the first case of each code is told to an operator whose seed is SEED. */
export const problemWordings: readonly {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string;
}[] = [
  {
    code: "slots-uncovered",
    message: "Nobody owns slots 5461-5462: 2 slots without an owner.",
    hint: "If a node that is down had them, start it again. Then give them to whoever has their keys: slotctl fix SEED --slots 5461-5462",
  },
  {
    code: "slots-unserved",
    message: "Slots 0-5460 belong to 10.0.0.1:6379, which is not up as far as slotctl can tell.",
    hint: "See what is said of 10.0.0.1:6379.",
  },
  {
    code: "slots-open",
    message: "Slots 5-6 are open on 10.0.0.1:6379: migrating to 10.0.0.2:6379; 3 keys here, 10 keys there.",
    hint: "Run the command that moved them again, or finish: slotctl fix SEED --slots 5-6",
  },
  {
    code: "slots-migrating",
    message:
      "An atomic migration is under way: slots 5-6 from 10.0.0.1:6379 to 10.0.0.2:6379 (streaming-buffer).",
    hint: "It ends by itself. To wait for it: slotctl fix SEED; to cancel it: redis-cli -h 10.0.0.2 -p 6379 CLUSTER MIGRATION CANCEL ID 6d6967726174696f6e0000000000000000000000",
  },
  {
    code: "slots-migration-failing",
    message:
      "An atomic migration fails and begins anew, again and again: slots 5-6 from 10.0.0.1:6379 to 10.0.0.2:6379 (Main channel - Connection timeout).",
    hint: "Put the reason right and finish it: slotctl fix SEED; or cancel it: redis-cli -h 10.0.0.2 -p 6379 CLUSTER MIGRATION CANCEL ID 6d6967726174696f6e0000000000000000000000",
  },
  {
    code: "slots-with-several-owners",
    message: "Slots 5461-5470: each of 10.0.0.1:6379 and 10.0.0.2:6379 says it owns them.",
    hint: "The highest config epoch wins as soon as they hear of each other, and the others delete their keys. To keep them: slotctl fix SEED --slots 5461-5470",
  },
  {
    code: "keys-in-foreign-slots",
    message:
      "10.0.0.1:6379 holds 3 keys in slots 9000,9002, which it does not own: no client sees them there.",
    hint: "Bring them to the owners of their slots: slotctl fix SEED --slots 9000,9002 --deep",
  },
  {
    code: "keys-out-of-sight",
    message:
      "10.0.0.1:6379 holds 3 keys in slots that it does not own: no client sees them there, and Redis 8.4 and later does not say which slots they are of.",
    hint: "See which, and where they would go: slotctl fix SEED --deep --dry-run",
  },
  {
    code: "views-disagree-on-slots",
    message:
      "10.0.0.6:6379 gives slots 16001-16383 to nobody, but 10.0.0.1:6379, 10.0.0.4:6379, 10.0.0.2:6379 and 2 more give them to 10.0.0.3:6379.",
    hint: "Nodes that have just changed agree within seconds, so look again: slotctl check SEED. If it stays, look at the bus ports of the nodes named.",
  },
  {
    code: "views-disagree-on-members",
    message: "10.0.0.6:6379 is unknown to 10.0.0.2:6379.",
    hint: "A node that has just joined is known to all within seconds. If it stays, join it: redis-cli -h 10.0.0.2 -p 6379 CLUSTER MEET 10.0.0.6 6379; or remove it: slotctl del-node SEED 7a000000",
  },
  {
    code: "views-disagree-on-roles",
    message: "10.0.0.4:6379 is a replica of 10.0.0.1:6379, but a replica of 10.0.0.3:6379 to 10.0.0.2:6379.",
    hint: "Nodes that have just changed agree within seconds, so look again: slotctl check SEED. If it stays, look at its bus port.",
  },
  {
    code: "node-unreachable",
    message: "10.0.0.4:6379, a replica, cannot be reached (connection refused).",
    hint: "Start it again, or remove it: slotctl del-node SEED 78000000",
  },
  {
    code: "node-silent",
    message:
      "10.0.0.2:6379, a primary with slots 5461-10922, takes connections and does not answer (no answer within 5 s).",
    hint: "Its process is stopped, blocked by a long command, or cut off: look at it. Bring 10.0.0.2:6379 back, or promote a replica: slotctl failover SEED 10.0.0.5:6379 --force",
  },
  {
    code: "node-loading",
    message: "10.0.0.5:6379, a replica, is still loading its data.",
    hint: "Wait until it has: slotctl check SEED",
  },
  {
    code: "node-denied",
    message: "10.0.0.3:6379, a primary with slots 10923-16383, does not let slotctl in (WRONGPASS).",
    hint: "Give it what it asks for: slotctl check SEED --user USER --password-file FILE; with TLS also --tls and --cacert FILE. docs/security.md has the rights that the user needs.",
  },
  {
    code: "node-not-in-a-cluster",
    message: "10.0.0.4:6379, a replica, answers, but not as a node of a cluster (cluster support is off).",
    hint: "If another server listens there now, remove the node: slotctl del-node SEED 78000000. If the node is elsewhere, say where with --map.",
  },
  {
    code: "ghost-node",
    message:
      "67000000 is known to 10.0.0.1:6379, 10.0.0.2:6379, 10.0.0.5:6379 and 2 more, and nobody has an address of it.",
    hint: "Remove it: slotctl del-node SEED 67000000",
  },
  {
    code: "node-flagged-failing",
    message: "10.0.0.1:6379 answers slotctl, but 10.0.0.3:6379 flags it as fail?.",
    hint: "The nodes do not hear each other: let bus port 16379 on 10.0.0.1 be reached from 10.0.0.3:6379.",
  },
  {
    code: "node-state-fail",
    message: "The cluster is down in the view of 10.0.0.5:6379 (cluster_state:fail).",
    hint: "The other errors say why. Without any, it has just joined or restarted and says so for some seconds, so look again: slotctl check SEED",
  },
  {
    code: "no-majority",
    message: "1 of 3 primaries with slots answers; an automatic failover needs the votes of 2.",
    hint: "Bring 10.0.0.1:6379 and 10.0.0.2:6379 back, or promote replicas: slotctl failover SEED 10.0.0.4:6379 --takeover, then slotctl failover SEED 10.0.0.5:6379 --takeover",
  },
  {
    code: "too-few-primaries",
    message: "2 primaries have slots; with fewer than three no failover is automatic.",
    hint: "Add primaries: slotctl add-node NEW SEED, then slotctl rebalance SEED --use-empty",
  },
  {
    code: "replica-link-down",
    message: "Replica 10.0.0.4:6379 of 10.0.0.1:6379 has no link to it: what it holds gets older.",
    hint: "Its log says why (masterauth, TLS, or no way to 10.0.0.1:6379); see also redis-cli -h 10.0.0.4 -p 6379 INFO replication",
  },
  {
    code: "replica-syncing",
    message: "Replica 10.0.0.4:6379 of 10.0.0.1:6379 is still being synced and cannot take over yet.",
    hint: "Wait until it is: slotctl check SEED",
  },
  {
    code: "replica-lagging",
    message: "Replica 10.0.0.4:6379 of 10.0.0.1:6379 is 2.9 MB behind it.",
    hint: "A failover now would lose those writes. Wait until it is less: slotctl info SEED",
  },
  {
    code: "replica-without-primary",
    message: "Replica 10.0.0.7:6379 names 676f6e65 as its primary, which nobody knows.",
    hint: "Give it a primary: redis-cli -h 10.0.0.7 -p 6379 CLUSTER REPLICATE 6100000000000000000000000000000000000000",
  },
  {
    code: "primary-without-replica",
    message: "1 primary has no replica: 10.0.0.1:6379.",
    hint: "Add one: slotctl add-node NEW SEED --replica --primary 61000000",
  },
  {
    code: "primary-without-slots",
    message: "1 primary owns no slots: 10.0.0.7:6379.",
    hint: "Give slots: slotctl rebalance SEED --use-empty; or remove: slotctl del-node SEED 6e000000",
  },
  {
    code: "replica-on-primary-host",
    message: "1 replica is on its primary's host: 10.0.0.1:6380.",
    hint: "Add a replica on another host: slotctl add-node NEW SEED --replica --primary 61000000",
  },
  {
    code: "replicas-uneven",
    message: "Shards have from 1 to 3 replicas; the fewest: 10.0.0.2:6379 and 10.0.0.3:6379.",
    hint: "Add some where they are few: slotctl add-node NEW SEED --replica --primary 62000000",
  },
  {
    code: "failover-disabled",
    message: "No replica of its shard may take over, for cluster-replica-no-failover is on: 10.0.0.4:6379.",
    hint: "If nobody meant it: redis-cli -h 10.0.0.4 -p 6379 CONFIG SET cluster-replica-no-failover no",
  },
  {
    code: "epochs-collide",
    message: "10.0.0.1:6379 and 10.0.0.2:6379 own slots with the same config epoch 9.",
    hint: "They settle it by themselves within seconds. If it stays: redis-cli -h 10.0.0.1 -p 6379 CLUSTER BUMPEPOCH",
  },
  {
    code: "versions-differ",
    message:
      "The nodes run different versions: redis 7.0.15 on 10.0.0.4:6379, 10.0.0.2:6379, 10.0.0.5:6379 and 2 more; redis 7.2.4 on 10.0.0.1:6379.",
    hint: "Bring all nodes to one version, replicas first; see who runs what: slotctl info SEED",
  },
  {
    code: "settings-differ",
    message:
      "Setting cluster-node-timeout differs: 15000 on 10.0.0.1:6379 and 10.0.0.3:6379; 5000 on 10.0.0.2:6379.",
    hint: "If it should be the same everywhere: redis-cli -h 10.0.0.2 -p 6379 CONFIG SET cluster-node-timeout 15000, then CONFIG REWRITE",
  },
  {
    code: "node-timeout-short",
    message: "10.0.0.1:6379 takes others for dead after 500 ms of silence: any hiccup can start a failover.",
    hint: "Where it was not meant (15000 is the server's default): redis-cli -h 10.0.0.1 -p 6379 CONFIG SET cluster-node-timeout 15000",
  },
  {
    code: "replication-password-wrong",
    message:
      "The masterauth of 10.0.0.1:6379 and 10.0.0.4:6379 is not the requirepass of every other node: replication breaks when the wrong one fails over.",
    hint: "Set both alike everywhere: redis-cli -h 10.0.0.1 -p 6379 CONFIG SET masterauth PASSWORD, then CONFIG REWRITE",
  },
  {
    code: "memory-nearly-full",
    message: "10.0.0.1:6379 is at 96 % of maxmemory: writes will be refused (noeviction).",
    hint: "Add a primary and spread the slots: slotctl add-node NEW SEED, then slotctl rebalance SEED --use-empty",
  },
];
