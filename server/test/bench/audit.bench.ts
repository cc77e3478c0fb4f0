import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import {
  createAuditLane,
  createFolderAnchor,
  createKeyFile,
  createNoteSigner,
  createSealer,
  generateSealKey,
  parseKeyFile,
  readAnchors,
  verifyExportFolder,
  writeExport,
  type AuditStorage,
  type EventRow,
  type LaneKey,
  type SealRow,
  type VerifySource,
} from '../../../audit/index.ts';
import { createIds } from '../../kernel/index.ts';
import { randomBytes } from '../../platform/crypto/index.ts';

/** One figure; `ratio` is `value` over `baseline`, both measured in the same run. */
export interface BenchLine {
  name: string;
  value: number;
  unit: string;
  baseline: number;
  ratio: number;
}

const ENTRY_COUNT = 1_000_000;
const ENTRIES_PER_SEAL = 2_500;
/** What has to be reached, in one thread and whatever the size. */
const MUST = { verifyS: 10, memoryMib: 256 };
const VERIFIER = fileURLToPath(new URL('../../../audit/audit-verify.mjs', import.meta.url));
const START_MS = Date.parse('2026-03-02T08:00:00.000Z');

/** A trail of one lane in memory, so that the figures are the library's and not the database's. */
interface BenchTrail extends AuditStorage, VerifySource {
  rows: EventRow[];
}

function createTrail(): BenchTrail {
  const rows: EventRow[] = [];
  const seals: SealRow[] = [];
  const page = (lane: LaneKey, afterN: number, limit: number) =>
    lane.lane === 0 ? rows.slice(afterN, afterN + limit) : [];
  return {
    rows,
    listEpochs: async () => [{ node: 'n1', epoch: 1, laneCount: 1 }],
    readLeaves: async (lane, afterN, limit) => page(lane, afterN, limit),
    readBody: async (_, n) => rows[n - 1]?.body,
    lastNumber: async () => rows.length,
    listGaps: async () => [],
    lastSeal: async () => seals.at(-1),
    readSeals: async (afterNo, limit) => seals.slice(afterNo, afterNo + limit),
    insertSeal: async (seal) => {
      seals.push(seal);
      return true;
    },
    readEvents: async (lane, afterN, limit) => page(lane, afterN, limit),
    lastPurge: async () => undefined,
    listAdoptions: async () => [],
    listAdoptedLanes: async () => [],
    listLanes: async () => [{ node: 'n1', epoch: 1, lane: 0, last: rows.length, count: rows.length }],
  };
}

function line(name: string, figures: { value: number; unit: string; baseline: number }): BenchLine {
  const { value, unit, baseline } = figures;
  const ratio = baseline === 0 ? 0 : Math.round((value / baseline) * 1000) / 1000;
  return {
    name,
    value: Math.round(value * 100) / 100,
    unit,
    baseline: Math.round(baseline * 100) / 100,
    ratio,
  };
}

/** Processor seconds of this process so far: what one thread costs, whatever else the machine does. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Draws and seals the trail; gives how long each took, in seconds. */
async function growTrail(
  trail: BenchTrail,
  anchors: string,
): Promise<{ drawS: number; sealS: number; keyFile: string }> {
  let nowMs = START_MS;
  const clock = { now: () => new Date(nowMs) };
  const ids = createIds({ clock, randomBytes });
  const lane = createAuditLane({ node: 'n1', epoch: 1, lane: 0, chained: false, clock });
  const signer = createNoteSigner('vaultdesk.example/bench', generateSealKey());
  const sink = createFolderAnchor(anchors);
  const sealer = createSealer({ storage: trail, signer, anchors: [sink], clock });
  const actor = {
    type: 'account',
    id: 'a-1',
    name: '李四',
    roles: ['agent'],
    sessionId: 's-1',
    ip: '10.0.0.8',
  };
  let [drawS, sealS] = [0, 0];
  for (let made = 0; made < ENTRY_COUNT; made += ENTRIES_PER_SEAL) {
    const drawStartedS = cpuSeconds();
    for (let i = 0; i < ENTRIES_PER_SEAL; i += 1) {
      const entry = lane.draw(
        {
          action: 'ticket.view',
          outcome: 'ok',
          target: { type: 'ticket', id: `t-${i}` },
          customer: `q-${i}`,
        },
        { id: ids.next(), at: clock.now(), actor, installation: 'bench', request: { id: `r-${made + i}` } },
      );
      const { columns, ...row } = entry;
      trail.rows.push({ ...row, ...columns });
    }
    drawS += cpuSeconds() - drawStartedS;
    nowMs += 250;
    const sealStartedS = cpuSeconds();
    await sealer.sealOnce();
    sealS += cpuSeconds() - sealStartedS;
  }
  await sealer.stop();
  return { drawS, sealS, keyFile: createKeyFile(signer) };
}

/** The single file as an examiner runs it: processor seconds, and the most memory it ever had. */
function verifyByFile(folder: string): { cpuS: number; peakMib: number } {
  // What getrusage calls the most memory is that of the program which started this one, if that had more.
  const peak = '/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]';
  const atExit = `import { readFileSync } from 'node:fs'; process.on('exit', () => process.stderr.write(
    JSON.stringify({ ...process.cpuUsage(), peakKib: Number(${peak}) })));`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(atExit)}`, VERIFIER, folder, '--json'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: {} });
  const { status, size } = JSON.parse(stdout) as { status: string; size: number };
  if (status !== 'whole' || size !== ENTRY_COUNT)
    throw new Error(`the single file finds the trail ${status}`);
  const usage = JSON.parse(stderr) as { user: number; system: number; peakKib: number };
  return { cpuS: (usage.user + usage.system) / 1e6, peakMib: usage.peakKib / 1024 };
}

/** Figures of the audit library on one million entries, one thread. */
export async function* run(): AsyncGenerator<BenchLine> {
  const home = await mkdtemp(join(tmpdir(), 'vaultdesk-bench-'));
  try {
    const trail = createTrail();
    const anchors = join(home, 'anchors');
    const { drawS, sealS, keyFile } = await growTrail(trail, anchors);
    const hashStartedS = cpuSeconds();
    for (const { body } of trail.rows) hash('sha256', body, 'buffer');
    const hashS = cpuSeconds() - hashStartedS;
    yield line('audit.draw', { value: ENTRY_COUNT / drawS, unit: '1/s', baseline: ENTRY_COUNT / hashS });
    yield line('audit.seal', { value: ENTRY_COUNT / sealS, unit: '1/s', baseline: ENTRY_COUNT / hashS });
    const folder = join(home, 'export');
    const exportStartedS = cpuSeconds();
    await writeExport(folder, { source: trail, keyFile, anchors: readAnchors(anchors) });
    yield line('audit.export', { value: cpuSeconds() - exportStartedS, unit: 's', baseline: hashS });
    trail.rows.length = 0;
    const rssBefore = process.memoryUsage().rss;
    const verifyStartedS = cpuSeconds();
    const result = await verifyExportFolder(folder, { keys: parseKeyFile(keyFile) });
    const verifyS = cpuSeconds() - verifyStartedS;
    if (result.status !== 'whole' || result.size !== ENTRY_COUNT)
      throw new Error(`the bench trail is ${result.status}`);
    yield line('audit.verify-export-1m', { value: verifyS, unit: 's', baseline: hashS });
    const file = verifyByFile(folder);
    yield line('audit.verify-file-1m', { value: file.cpuS, unit: 's', baseline: MUST.verifyS });
    yield line('audit.verify-file-memory', { value: file.peakMib, unit: 'MiB', baseline: MUST.memoryMib });
    const grownMib = Math.max(0, process.memoryUsage().rss - rssBefore) / 1024 / 1024;
    yield line('audit.verify-memory-growth', { value: grownMib, unit: 'MiB', baseline: 256 });
  } finally {
    await rm(home, { recursive: true });
  }
}
