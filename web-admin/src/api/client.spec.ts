import { expect } from 'chai';
import { ApiError, parseProblem } from './api-error.ts';
import { buildUrl, createApiClient } from './client.ts';
import { joinPages } from './page-list.ts';
import { createUuid } from './uuid.ts';

interface Sent {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: unknown;
}

function answer(status: number, body?: object): Response {
  return new Response(body ? JSON.stringify(body) : null, { status });
}

let nowMs = 1000;

/** A client whose server gives the answers in turn; a thrown answer is a broken line. */
function buildClient(answers: (Response | Error)[]) {
  const sent: Sent[] = [];
  let signedOutCount = 0;
  const client = createApiClient({
    fetch: async (input, init) => {
      sent.push({
        url: String(input),
        method: init?.method ?? 'GET',
        headers: init?.headers as Record<string, string>,
        body: init?.body,
      });
      const next = answers.shift() ?? new Error('no answer left');
      if (next instanceof Error) throw next;
      return next;
    },
    onSignedOut: () => signedOutCount++,
    sleep: async () => undefined,
    nowMs: () => nowMs,
  });
  client.setCsrfToken('csrf');
  return { client, sent, signedOutCount: () => signedOutCount };
}

async function failure(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (thrown) {
    expect(thrown).to.be.instanceOf(ApiError);
    return thrown as ApiError;
  }
  throw new Error('expected a refusal');
}

describe('api client', () => {
  it('tells the server when a page asks by itself, and does not count that as somebody being there', async () => {
    const { client, sent } = buildClient([answer(200, {}), answer(200, {})]);
    const beganAtMs = client.lastRequestAtMs();
    nowMs = 5000;
    await client.get('/approvals/waiting', { isBackground: true });
    expect(sent[0]?.headers['x-background']).to.equal('1');
    expect(client.lastRequestAtMs()).to.equal(beganAtMs);
    await client.get('/approvals');
    expect(sent[1]?.headers).not.to.have.property('x-background');
    expect(client.lastRequestAtMs()).to.equal(5000);
    nowMs = 1000;
  });

  it('leaves empty filters out of the address and encodes the others', () => {
    expect(buildUrl('/tickets', { state: '', q: '转账 & 卡', cursor: undefined, limit: 5 })).to.equal(
      '/api/v1/tickets?q=%E8%BD%AC%E8%B4%A6+%26+%E5%8D%A1&limit=5',
    );
    expect(buildUrl('/tickets')).to.equal('/api/v1/tickets');
  });

  it('sends no CSRF token with reads and one with changes', async () => {
    const { client, sent } = buildClient([answer(200, {}), answer(204)]);
    await client.get('/session');
    await client.put('/session/locale', { body: { locale: 'en' } });
    expect(sent[0]?.headers).to.not.have.property('x-csrf-token');
    expect(sent[1]?.headers).to.include({ 'x-csrf-token': 'csrf', 'content-type': 'application/json' });
  });

  it('sends the version that was read as If-Match', async () => {
    const { client, sent } = buildClient([answer(200, {})]);
    await client.patch('/tickets/1', { body: { priority: 'high' }, version: 7 });
    expect(sent[0]?.headers['if-match']).to.equal('7');
  });

  it('reads a problem with its code and request id', async () => {
    const { client } = buildClient([
      answer(412, { code: 'request.version_stale', detail: 'Stale', requestId: 'r1', status: 412 }),
    ]);
    const error = await failure(client.patch('/tickets/1', { version: 1 }));
    expect(error).to.include({ code: 'request.version_stale', status: 412, requestId: 'r1' });
  });

  it('makes a general error of an answer that is no problem document', () => {
    expect(parseProblem(502, undefined)).to.include({ code: 'server.internal', status: 502 });
    expect(parseProblem(500, { code: 42, detail: '' }).code).to.equal('server.internal');
  });

  it('says network when no answer came', async () => {
    const { client } = buildClient([new TypeError('failed')]);
    expect(await failure(client.get('/tickets'))).to.include({ code: 'network', status: 0 });
  });

  it('repeats a create under the same key until an answer comes', async () => {
    const { client, sent } = buildClient([new TypeError('lost'), answer(503, {}), answer(201, { id: 't' })]);
    expect(await client.create('/tickets', { body: {} })).to.deep.equal({ id: 't' });
    const keys = new Set(sent.map((request) => request.headers['idempotency-key']));
    expect(sent).to.have.length(3);
    expect(keys.size).to.equal(1);
  });

  it('does not repeat a create that was refused, nor any other change', async () => {
    const refused = buildClient([answer(422, { code: 'request.invalid' }), answer(201, {})]);
    await failure(refused.client.create('/tickets', { body: {} }));
    expect(refused.sent).to.have.length(1);
    const lost = buildClient([new TypeError('lost'), answer(200, {})]);
    await failure(lost.client.post('/conversations/1/close'));
    expect(lost.sent).to.have.length(1);
  });

  it('gives a second create another key', async () => {
    const { client, sent } = buildClient([answer(201, {}), answer(201, {})]);
    await client.create('/tickets', { body: {} });
    await client.create('/tickets', { body: {} });
    expect(sent[0]?.headers['idempotency-key']).to.not.equal(sent[1]?.headers['idempotency-key']);
  });

  it('tells once per answer that the session is gone, but not for wrong credentials', async () => {
    const { client, signedOutCount } = buildClient([
      answer(401, { code: 'session.credentials_invalid' }),
      answer(401, { code: 'session.otp_required' }),
      answer(401, { code: 'session.expired' }),
    ]);
    await failure(client.post('/session', { body: {} }));
    await failure(client.post('/session', { body: {} }));
    expect(signedOutCount()).to.equal(0);
    await failure(client.get('/tickets'));
    expect(signedOutCount()).to.equal(1);
  });
});

describe('pages', () => {
  it('shows a row that moved between two page loads once, in its newest form', () => {
    const pages = [
      {
        items: [
          { id: 'a', n: 1 },
          { id: 'b', n: 1 },
        ],
        nextCursor: 'x',
      },
      {
        items: [
          { id: 'b', n: 2 },
          { id: 'c', n: 1 },
        ],
      },
    ];
    expect(joinPages(pages)).to.deep.equal([
      { id: 'a', n: 1 },
      { id: 'b', n: 2 },
      { id: 'c', n: 1 },
    ]);
  });
});

describe('uuid', () => {
  it('is a lower-case version 4 UUID and differs each time', () => {
    const ids = Array.from({ length: 50 }, createUuid);
    for (const id of ids)
      expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).to.equal(50);
  });
});
