import { findFork } from './adoption.ts';
import { readAnchors } from './anchors.ts';
import type { AuditCliPorts } from './cli-io.ts';
import { optionOf, UsageError, type CliOptions } from './cli-options.ts';
import { readKeys, withSource } from './cli-reading.ts';
import { laneRangeText } from './place.ts';
import { EXIT, NotProvableError } from './verify-result.ts';

/** `audit purge --before TIME --reason TEXT`: asks; officers decide. */
export async function runPurge(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  const before = new Date(wanted(options, 'before'));
  const reason = wanted(options, 'reason');
  if (Number.isNaN(before.getTime())) throw new UsageError('--before is an instant, as 2026-01-31T00:00:00Z');
  if (ports.askPurge === undefined) throw new UsageError('purge works on the database of this installation');
  const { approvalId } = await ports.askPurge({ before, reason });
  ports.write(
    options.isJson
      ? `${JSON.stringify({ state: 'asked', approvalId })}\n`
      : `asked: an officer takes it over in the console, another person approves (${approvalId})\n`,
  );
  return EXIT.whole;
}

/**
 * `audit adopt --reason TEXT`: explains why heads outside are of another history, or why an ended run goes on, so that
 * sealing goes on. One of each at a time: what is left is explained by the next call.
 */
export async function runAdopt(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  const reason = wanted(options, 'reason');
  const keys = await readKeys(ports.defaultKeys);
  const { adopt } = ports;
  if (adopt === undefined) throw new UsageError('adopt works on the database of this installation');
  const { fork, overrun } = await withSource(options, ports, async (source) => {
    const anchors = readAnchors(optionOf(options, 'anchors') ?? ports.defaultAnchors);
    const found = await findFork(source, anchors, { keys, known: await source.listAdoptions() });
    if (found !== undefined) await adopt(found, reason);
    const behind = await ports.findOverrun?.();
    if (behind !== undefined) await adopt(behind, reason);
    return { fork: found, overrun: behind };
  });
  const { after, to } = fork ?? {};
  const isAdopted = fork !== undefined || overrun !== undefined;
  const lanes = overrun === undefined ? [] : [laneRangeText(overrun)];
  const answer = { state: isAdopted ? 'adopted' : 'no-fork', after: after ?? null, to: to ?? null, lanes };
  const lines = [
    ...(fork === undefined
      ? []
      : [
          `adopted: heads ${fork.after + 1} to ${fork.to} are abandoned; sealing goes on behind seal ${fork.after}`,
        ]),
    ...lanes.map((lane) => `adopted: ${lane}, written behind the end of its run, is sealed`),
  ];
  const text = isAdopted ? lines.join('\n') : 'there is no fork to explain';
  ports.write(options.isJson ? `${JSON.stringify(answer)}\n` : `${text}\n`);
  return EXIT.whole;
}

/** `audit rotate-key`: the next seal key, signed by the present one. */
export async function runRotateKey(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  if (ports.rotateKey === undefined)
    throw new UsageError('rotate-key works on the keys of this installation');
  const next = await ports.rotateKey();
  const { fromSeal, verifierKey, fingerprint } = next;
  ports.write(
    options.isJson
      ? `${JSON.stringify(next)}\n`
      : `from seal ${fromSeal} on: ${verifierKey}\nfingerprint: ${fingerprint}\n`,
  );
  return EXIT.whole;
}

function wanted(options: CliOptions, name: string): string {
  const value = optionOf(options, name)?.trim();
  if (value === undefined || value === '') throw new UsageError(`${options.verb} needs --${name}`);
  return value;
}

/**
 * `audit compare SEAL ROOT`: whether the trail has this root at this seal, as printed on a daily digest. Spaces and
 * dashes in the root do not matter.
 */
export async function runCompare(options: CliOptions, ports: AuditCliPorts): Promise<number> {
  const [number = '', typed = ''] = options.words;
  const root = typed.replaceAll(/[\s-]/g, '').toLowerCase();
  if (!/^[1-9][0-9]{0,14}$/.test(number) || !/^[0-9a-f]{64}$/.test(root))
    throw new UsageError('compare takes the number of a seal and the 64 digits of its root');
  const sealNo = Number(number);
  const seal = await withSource(options, ports, async (source) => (await source.readSeals(sealNo - 1, 1))[0]);
  if (seal === undefined) return tell(options, ports, 'tampered', `the trail ends before seal ${sealNo}`);
  if (seal.no !== sealNo)
    throw new NotProvableError(`seal ${sealNo} was purged; the archive of the purge holds it`);
  return seal.root.toString('hex') === root
    ? tell(options, ports, 'whole', `seal ${sealNo} has this root`)
    : tell(options, ports, 'tampered', `seal ${sealNo} has another root`);
}

function tell(options: CliOptions, ports: AuditCliPorts, status: 'whole' | 'tampered', text: string): number {
  ports.write(options.isJson ? `${JSON.stringify({ status })}\n` : `${status}: ${text}\n`);
  return EXIT[status];
}
