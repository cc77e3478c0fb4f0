import { WebSocket } from 'ws';
import { figure, isQuick, percentile, say, type Figure } from './figure.ts';
import { Fleet } from './load/fleet.ts';
import { residentKib } from './load/meter.ts';
import { startInstance } from './load/stage.ts';

const SILENT = isQuick() ? 2_000 : 10_000;
const ADDRESSES = 4;
const PER_ADDRESS = 500;
const VISITS = 200;
const MUST = { ms: 500, mib: 64 };
const KIB_PER_MIB = 1024;
/** Addresses of the loopback count like any others here. */
const SETTINGS = `limits:
  loopback: true
  visitorSessionsPerAddressHour: 100000
sockets:
  silentPerAddressMax: ${PER_ADDRESS}
`;

/** Sockets by the thousand that never say hello, from a few addresses: what a customer of another address notices. */
export async function* run(): AsyncGenerator<Figure> {
  const { instance, url } = await startInstance({ settings: SETTINGS });
  const fleet = new Fleet();
  try {
    const token = await begin(url);
    const alone = await visits(url, token);
    const beforeKib = residentKib(instance);
    say(`${SILENT} silent connections`);
    const flooding = fleet.openSilent(url, { count: SILENT, addresses: ADDRESSES });
    const among = await visits(url, token);
    const admitted = await flooding;
    const grownMib = (residentKib(instance) - beforeKib) / KIB_PER_MIB;
    yield figure('flood.admitted', admitted, 'connections', ADDRESSES * PER_ADDRESS);
    yield figure('flood.refused', SILENT - admitted, 'connections', SILENT);
    yield figure('flood.memory', grownMib, 'MiB', MUST.mib);
    yield figure('flood.others_refused', VISITS - among.length, 'customers', VISITS);
    yield figure('flood.others_welcome_p50', percentile(among, 0.5), 'ms', percentile(alone, 0.5));
    yield figure('flood.others_welcome_p99', percentile(among, 0.99), 'ms', MUST.ms);
  } finally {
    fleet.close();
    await instance.dispose();
  }
}

async function begin(url: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/visitor/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site: 'demo' }),
  });
  return ((await response.json()) as { token: string }).token;
}

/** Milliseconds from the attempt to the welcome, of each visit that was let in. */
async function visits(url: string, token: string): Promise<number[]> {
  const took: number[] = [];
  for (let visit = 0; visit < VISITS; visit += 1) {
    const startedMs = performance.now();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/visitor`, 'vaultdesk.v1');
    const isWelcome = await new Promise<boolean>((done) => {
      socket.on('error', () => done(false));
      socket.on('open', () => socket.send(JSON.stringify({ t: 'hello', token, after: 0 })));
      socket.on('message', () => done(true));
    });
    if (isWelcome) took.push(performance.now() - startedMs);
    socket.terminate();
  }
  return took;
}
