import { Flags } from "@oclif/core";

/** Flags that say how the sources of an import are reached; nothing of it is taken from the cluster's. */
export const sourceFlags = {
  "from-user": Flags.string({
    helpValue: "NAME",
    description: "ACL user on every source; --user is of the cluster only.",
    helpGroup: "SOURCES",
  }),
  "from-password": Flags.string({
    helpValue: "PASSWORD",
    description:
      "Password of the sources; better given by --from-password-file, --from-ask-password or SLOTCTL_FROM_PASSWORD.",
    helpGroup: "SOURCES",
  }),
  "from-password-file": Flags.string({
    helpValue: "FILE",
    description: "File whose first line is the password of the sources.",
    helpGroup: "SOURCES",
    exclusive: ["from-password"],
  }),
  "from-ask-password": Flags.boolean({
    description: "Ask for the password of the sources.",
    helpGroup: "SOURCES",
    exclusive: ["from-password", "from-password-file"],
  }),
  "from-tls": Flags.boolean({ description: "Connect to the sources with TLS.", helpGroup: "SOURCES" }),
  "from-cacert": Flags.string({
    helpValue: "FILE",
    description: "CA certificate file of the sources (PEM).",
    helpGroup: "SOURCES",
  }),
  "from-cert": Flags.string({
    helpValue: "FILE",
    description: "Client certificate file for the sources (PEM).",
    helpGroup: "SOURCES",
    dependsOn: ["from-key"],
  }),
  "from-key": Flags.string({
    helpValue: "FILE",
    description: "Client key file for the sources (PEM).",
    helpGroup: "SOURCES",
    dependsOn: ["from-cert"],
  }),
  "from-sni": Flags.string({
    helpValue: "NAME",
    description: "Server name for TLS with the sources.",
    helpGroup: "SOURCES",
  }),
  "from-insecure": Flags.boolean({
    description: "Take any certificate of a source.",
    helpGroup: "SOURCES",
  }),
};
