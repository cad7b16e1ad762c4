import { expect, test } from "vitest";
import { pickArchive } from "./debian-archive.ts";

const mirror = "http://mirror.example/debian/";

test.each([
  {
    name: "the archive among updates, security and third parties",
    lines: [
      "bookworm|stable|Docker CE|http://docker.example/linux/debian/",
      "bookworm|main|Third Party|http://third.example/debian/",
      "bookworm-updates|main|Debian|http://updates.example/debian/",
      "bookworm-security|main|Debian-Security|http://security.example/debian-security/",
      `bookworm|main|Debian|${mirror}`,
    ],
    archive: mirror,
  },
  {
    name: "the archive before the first apt-get update, when labels are not known",
    lines: [
      "bookworm-security|main|$(LABEL)|http://security.example/debian-security/",
      "nodistro|main|$(LABEL)|http://third.example/node/",
      `bookworm|main|$(LABEL)|${mirror}`,
    ],
    archive: mirror,
  },
  { name: "none on another distribution", lines: ["noble|main|Ubuntu|http://ubuntu.example/ubuntu/"] },
  { name: "none without any source", lines: [""] },
])("finds $name", ({ lines, archive }) => {
  expect(pickArchive(lines)).toBe(archive);
});
