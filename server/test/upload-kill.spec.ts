import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { askInstance, startListening } from './support/instance-client.ts';
import { Instance } from './support/instance.ts';

const IS_LONG = process.env['VAULTDESK_TEST_LONG'] === '1';
const MIB = 1024 * 1024;
const FILE_BYTES = 12 * MIB + 4_321;
/** Bytes after which the server is killed, one start after the other; each in the middle of a piece. */
const KILLS_AT = IS_LONG ? [2.5 * MIB, 6.3 * MIB, 11.9 * MIB] : [6.3 * MIB];
const LOOK_EVERY_MS = 20;
const REACHED_MS = 60_000;

describe('an upload and a killed server', function () {
  this.timeout(300_000);
  const instance = new Instance();
  const id = randomUUID();
  const content = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(FILE_BYTES - 9)]);

  before(() => startListening(instance));
  after(() => instance.dispose());

  const headers = () => ({ Authorization: `Bearer ${instance.token}` });
  async function ask(path: string, body?: unknown) {
    const reply = await askInstance(instance, `/api/v1${path}`, { headers: headers(), body });
    expect(reply.status, reply.text).to.be.below(300);
    return reply.json as { id: string; received: number; state: string };
  }
  const received = async () => (await ask(`/uploads/${id}`)).received;

  /** Sends a part and stays on the line without ending it, as a sender whose connection stalls. */
  function sendOpen(from: number, to: number): { gone: Promise<void> } {
    const sent = httpsRequest(`${instance.url}/api/v1/uploads/${id}?offset=${from}`, {
      ...{ method: 'PUT', ca: instance.certificate, agent: false },
      headers: {
        ...headers(),
        'Content-Type': 'application/octet-stream',
        'Content-Length': content.length - from,
      },
    });
    const gone = new Promise<void>((resolve) => sent.once('error', () => resolve()));
    sent.write(content.subarray(from, to));
    return { gone };
  }

  async function reach(bytes: number): Promise<void> {
    const endMs = performance.now() + REACHED_MS;
    while ((await received()) < bytes) {
      if (performance.now() > endMs) throw new Error(`The upload did not reach ${bytes} bytes.`);
      await wait(LOOK_EVERY_MS);
    }
  }

  it(`keeps every stored piece over ${KILLS_AT.length} kills and goes on exactly behind the last`, async () => {
    const ticket = await ask('/tickets', { subject: 'upload', description: 'kill' });
    await ask(`/tickets/${ticket.id}/uploads`, { id, name: 'killed.pdf', size: content.length });
    let from = 0;
    for (const killAt of KILLS_AT) {
      const { gone } = sendOpen(from, killAt);
      const stored = killAt - ((killAt - from) % MIB);
      await reach(stored);
      await instance.kill();
      await gone;
      await startListening(instance);
      // What was told as received is still there, and nothing that was not.
      expect(await received()).to.equal(stored);
      from = stored;
    }
    const wrong = await askInstance(instance, `/api/v1/uploads/${id}?offset=${from + 1}`, {
      ...{ method: 'PUT', raw: content.subarray(from + 1) },
      headers: { ...headers(), 'Content-Type': 'application/octet-stream' },
    });
    expect(wrong.json).to.deep.include({ code: 'file.offset_wrong', details: { receivedBytes: from } });
    const rest = await askInstance(instance, `/api/v1/uploads/${id}?offset=${from}`, {
      ...{ method: 'PUT', raw: content.subarray(from) },
      headers: { ...headers(), 'Content-Type': 'application/octet-stream' },
    });
    expect(rest.json, rest.text).to.deep.equal({ received: content.length });
  });

  it('has the whole file unchanged, finished before one more kill and read after it', async () => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    await ask(`/uploads/${id}/finish`, { sha256 });
    await instance.kill();
    await startListening(instance);
    while ((await ask(`/uploads/${id}`)).state !== 'ready') await wait(LOOK_EVERY_MS);
    expect(await digestOf(`/api/v1/files/${id}`)).to.equal(sha256);
  });

  function digestOf(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { headers: headers(), ca: instance.certificate, agent: false };
      const sent = httpsRequest(`${instance.url}${path}`, options, (answer) => {
        const hash = createHash('sha256');
        answer.on('data', (chunk: Buffer) => hash.update(chunk));
        answer.on('end', () => resolve(hash.digest('hex')));
        answer.on('error', reject);
      });
      sent.on('error', reject);
      sent.end();
    });
  }
});
