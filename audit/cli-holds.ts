import type { AuditCliPorts, HoldScopeText } from './cli-io.ts';
import { optionOf, UsageError, type CliOptions } from './cli-options.ts';
import { plainText } from './cli-reading.ts';
import { EXIT } from './verify-result.ts';

/** `audit hold list | add … | release ID`: the list, and questions that officers decide. */
export async function runHold(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  const { holds } = ports;
  if (holds === undefined) throw new UsageError('hold works on the database of this installation');
  const [act, id, ...more] = options.words;
  if (act === 'list' && id === undefined) return listHolds(options, ports, holds);
  if (act === 'add' && id === undefined) {
    const wish = { scope: scopeOf(options), authority: wanted(options, 'authority') };
    const reason = wanted(options, 'reason');
    wanted(options, 'until');
    const endsAt = instantOf(options, 'until')!;
    return tellAsked(options, ports, await holds.place({ ...wish, reason, endsAt }));
  }
  if (act === 'release' && id !== undefined && more.length === 0)
    return tellAsked(options, ports, await holds.release(id, wanted(options, 'reason')));
  throw new UsageError('hold list, hold add, or hold release ID');
}

async function listHolds(
  options: CliOptions,
  ports: AuditCliPorts,
  holds: NonNullable<AuditCliPorts['holds']>,
): Promise<number> {
  for (const hold of await holds.list()) {
    const { id, placedAt, endsAt, isConfirmed, due, scope } = hold;
    const parts = Object.entries(scope).map(([name, value]) => `${name}=${value}`);
    const marks = [...(isConfirmed ? [] : ['UNCONFIRMED']), ...(due === 'ended' ? ['DUE FOR REVIEW'] : [])];
    const line = [`${id} since ${placedAt} until ${endsAt ?? '-'}`, ...marks, ...parts].join(' ');
    ports.write(options.isJson ? `${JSON.stringify(hold)}\n` : `${plainText(line)}\n`);
  }
  return EXIT.whole;
}

function scopeOf(options: CliOptions): HoldScopeText {
  const scope = {
    requesterId: optionOf(options, 'customer') ?? null,
    accountId: optionOf(options, 'account') ?? null,
    ticketId: optionOf(options, 'ticket') ?? null,
    fromAt: instantOf(options, 'from'),
    toAt: instantOf(options, 'to'),
  };
  if (Object.values(scope).every((part) => part === null))
    throw new UsageError('hold add names a customer, an account, a ticket, or a time');
  return scope;
}

function instantOf(options: CliOptions, name: string): Date | null {
  const text = optionOf(options, name);
  if (text === undefined) return null;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new UsageError(`--${name} is an instant, as 2026-01-31T00:00:00Z`);
  return at;
}

function wanted(options: CliOptions, name: string): string {
  const value = optionOf(options, name)?.trim();
  if (value === undefined || value === '') throw new UsageError(`hold needs --${name}`);
  return value;
}

function tellAsked(options: CliOptions, ports: AuditCliPorts, approvalId: string): number {
  ports.write(
    options.isJson
      ? `${JSON.stringify({ state: 'asked', approvalId })}\n`
      : `asked: an officer takes it over in the console (${approvalId})\n`,
  );
  return EXIT.whole;
}

/** `audit review`: what waits for somebody to look at it and sign. Signing takes a name, so it is done in the console. */
export async function runReview(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  if (ports.reviewWaiting === undefined)
    throw new UsageError('review works on the database of this installation');
  for (const one of await ports.reviewWaiting()) {
    const { id, rule, day, actor, entries } = one;
    const text = `${id} ${day} ${rule}: ${entries} entries of ${actor}`;
    ports.write(options.isJson ? `${JSON.stringify(one)}\n` : `${plainText(text)}\n`);
  }
  return EXIT.whole;
}
