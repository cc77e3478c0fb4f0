import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { figure, say, type Figure } from './figure.ts';
import { startInstance } from './load/stage.ts';

const MIB = 1024 * 1024;
const FILE_BYTES = 20 * MIB;
/** Before these the pools, buffers, and compiled code of the first transfers would be counted as growth. */
const WARM_COUNT = 4;
const COUNT = 5;
const SAMPLE_MS = 10;
const MUST = { seconds: 1.5, growthMiB: 16 };

/**
 * A 20 MB file up and down over HTTP on the loopback: sealed, verified, checked. Growth is the highest resident memory
 * of the server's process while all files of the measurement pass, less what it was after the first files.
 */
export async function* run(): AsyncGenerator<Figure> {
  const { instance, url } = await startInstance();
  try {
    const pid = instance.status.pids.server;
    const ticketId = await createTicket(url, instance.token);
    const call = caller(url, instance.token);
    const content = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(FILE_BYTES - 9)]);
    const residentBefore = residentMiB(pid);
    for (let index = 0; index < WARM_COUNT; index += 1) await transfer(call, ticketId, content);
    const warm = residentMiB(pid);
    say(
      `resident ${residentBefore.toFixed(0)} MiB at first, ${warm.toFixed(0)} MiB after ${WARM_COUNT} files`,
    );
    const took: { up: number; down: number }[] = [];
    let peak = warm;
    const timer = setInterval(() => (peak = Math.max(peak, residentMiB(pid))), SAMPLE_MS);
    for (let index = 0; index < COUNT; index += 1) took.push(await transfer(call, ticketId, content));
    clearInterval(timer);
    const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
    yield figure('files.up', median(took.map(({ up }) => up)), 's', MUST.seconds);
    yield figure('files.down', median(took.map(({ down }) => down)), 's', MUST.seconds);
    yield figure('files.up_and_down', median(took.map(({ up, down }) => up + down)), 's', MUST.seconds);
    yield figure('files.memory_growth', peak - warm, 'MiB', MUST.growthMiB);
    yield figure('files.memory_first_files', warm - residentBefore, 'MiB', MUST.growthMiB);
  } finally {
    await instance.dispose();
  }
}

type Call = (path: string, init?: RequestInit & { duplex?: 'half' }) => Promise<Response>;

function caller(url: string, token: string): Call {
  return async (path, init = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) };
    const response = await fetch(`${url}/api/v1${path}`, { ...init, headers });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response;
  };
}

async function createTicket(url: string, token: string): Promise<string> {
  const body = JSON.stringify({ subject: 'files', description: 'benchmark' });
  const headers = { 'content-type': 'application/json' };
  const made = await caller(url, token)('/tickets', { method: 'POST', headers, body });
  return ((await made.json()) as { id: string }).id;
}

/** Seconds from the first byte sent to the verified end, and from the request to the last byte read. */
async function transfer(
  call: Call,
  ticketId: string,
  content: Buffer,
): Promise<{ up: number; down: number }> {
  const id = randomUUID();
  const json = { 'content-type': 'application/json' };
  const startedMs = performance.now();
  const begin = JSON.stringify({ id, name: 'bench.pdf', size: content.length });
  await call(`/tickets/${ticketId}/uploads`, { method: 'POST', headers: json, body: begin });
  await call(`/uploads/${id}?offset=0`, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(content),
  });
  const sha256 = createHash('sha256').update(content).digest('hex');
  await call(`/uploads/${id}/finish`, { method: 'POST', headers: json, body: JSON.stringify({ sha256 }) });
  const up = (performance.now() - startedMs) / 1000;
  await ready(call, id);
  const downMs = performance.now();
  const read = Buffer.from(await (await call(`/files/${id}`)).arrayBuffer());
  if (!read.equals(content)) throw new Error('The file came back changed.');
  return { up, down: (performance.now() - downMs) / 1000 };
}

async function ready(call: Call, id: string): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const { state } = (await (await call(`/uploads/${id}`)).json()) as { state: string };
    if (state === 'ready') return;
  }
  throw new Error('The file was not checked.');
}

/** Resident memory of the server's process; what the operating system says, buffers and all. */
function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
