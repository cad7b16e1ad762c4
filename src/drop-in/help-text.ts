/** Every subcommand with its options, in both vocabularies. */
export const HELP = `Cluster Manager Commands, as redis-cli and valkey-cli have them:
  create         host1:port1 ... hostN:portN
                 --cluster-replicas <arg>
  check          <host:port> or <host> <port> - separated by either colon or space
                 --cluster-search-multiple-owners
  info           <host:port> or <host> <port> - separated by either colon or space
  fix            <host:port> or <host> <port> - separated by either colon or space
                 --cluster-search-multiple-owners
                 --cluster-fix-with-unreachable-masters (or -primaries)
  reshard        <host:port> or <host> <port> - separated by either colon or space
                 --cluster-from <arg>
                 --cluster-to <arg>
                 --cluster-slots <arg>
                 --cluster-yes
                 --cluster-timeout <arg>
                 --cluster-pipeline <arg>
                 --cluster-replace
                 --cluster-use-atomic-slot-migration
  rebalance      <host:port> or <host> <port> - separated by either colon or space
                 --cluster-weight <node1=w1...nodeN=wN>
                 --cluster-use-empty-masters (or -primaries)
                 --cluster-timeout <arg>
                 --cluster-simulate
                 --cluster-pipeline <arg>
                 --cluster-threshold <arg>
                 --cluster-replace
                 --cluster-use-atomic-slot-migration
  add-node       new_host:new_port existing_host:existing_port
                 --cluster-slave (or --cluster-replica)
                 --cluster-master-id <arg> (or --cluster-primary-id)
  del-node       host:port node_id
  call           host:port command arg arg .. arg
                 --cluster-only-masters (or --cluster-only-primaries)
                 --cluster-only-replicas
  set-timeout    host:port milliseconds
  import         host:port
                 --cluster-from <arg>
                 --cluster-from-user <arg>
                 --cluster-from-pass <arg>
                 --cluster-from-askpass
                 --cluster-copy
                 --cluster-replace
  backup         host:port backup_directory
  help

For check, fix, reshard, del-node, set-timeout, info, rebalance, call, import, backup you can specify the host and port of any working node in the cluster.

Cluster Manager Options:
  --cluster-yes  Automatic yes to cluster commands prompts

Connection: -a --pass --user --askpass -u --no-auth-warning -t -4 -6 --tls --sni --cacert --cacertdir --cert --key --insecure --tls-ciphers --tls-ciphersuites
slotctl's own commands do the same and more: slotctl --help`;
