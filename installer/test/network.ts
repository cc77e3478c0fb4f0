import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A call that would leave the machine. */
const FAMILY = /sa_family=AF_INET6?\b/;
const LOOPBACK = /inet_addr\("127\.|inet_pton\(AF_INET6, "::1"|inet_pton\(AF_INET6, "::ffff:127\./;
/** A datagram socket that is connected and sends nothing asks the kernel for its own address; port 0 cannot be reached. */
const NOWHERE = /sin6?_port=htons\(0\)/;

/** Calls in the files of strace below `folder` that aim at anything but the loopback, and how many calls were looked at. */
export function callsOutside(folder: string): { seen: number; outside: string[] } {
  const lines = readdirSync(folder)
    .filter((name) => name.startsWith('trace.'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  const calls = lines.filter((line) => /\b(connect|sendto|sendmsg|sendmmsg)\(/.test(line));
  const outside = calls.filter((line) => FAMILY.test(line) && !LOOPBACK.test(line) && !NOWHERE.test(line));
  return { seen: calls.length, outside };
}
