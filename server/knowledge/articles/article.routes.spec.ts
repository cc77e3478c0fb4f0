import { expect } from 'chai';
import { AppError, encodeCursor, type Actor } from '../../kernel/index.ts';
import type { AnyRoute, RequestContext } from '../../platform/http/index.ts';
import type { JobQueue } from '../../platform/jobs/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { createKnowledge, type Knowledge } from '../index.ts';
import { APPROVER, AUTHOR, buildInput } from '../test/build-article.ts';

const NAMES = new Map([
  [AUTHOR.id, '王编辑'],
  [APPROVER.id, '李主管'],
]);

interface Shown {
  id: string;
  state: string;
  owner: string;
  version: number;
  publishedVersion?: number;
  validTo?: string;
  versions: { author: string; approver?: string; riskLevel: string; category: string; validTo?: string }[];
}

describe('the routes of articles', () => {
  let core: Core;
  let knowledge: Knowledge;
  before(async () => {
    core = await buildCore();
    knowledge = createKnowledge({ ...core, queue: {} as JobQueue, namesOf: async () => NAMES });
  });
  after(() => core.close());

  async function call<T = Shown>(
    actor: Actor,
    route: string,
    input: { id?: string; query?: object; body?: object } = {},
  ): Promise<T> {
    const [method, path] = route.split(' ') as [string, string];
    const found = knowledge.routes.find((row) => row.method === method && row.path === `/api/v1${path}`);
    const params = { id: input.id };
    const parts = {
      params,
      query: input.query ?? {},
      body: input.body ?? {},
      version: 0,
      prepared: undefined,
    };
    return core.uow.run({ actor }, (tx) =>
      (found as AnyRoute).handler(tx, parts, { actor } as RequestContext),
    ) as Promise<T>;
  }
  const create = (overrides = {}) =>
    call(AUTHOR, 'POST /articles', { body: { locale: 'zh-CN', ...buildInput(overrides) } });

  it('take an article from its draft to the public and off again', async () => {
    const { id, state, owner } = await create();
    expect({ state, owner }).to.deep.equal({ state: 'draft', owner: '王编辑' });
    await call(AUTHOR, 'POST /articles/:id/submit', { id });
    const live = await call(APPROVER, 'POST /articles/:id/approve', { id });
    expect(live).to.include({ state: 'published', publishedVersion: 1 });
    expect(live.versions[0]).to.include({ author: '王编辑', approver: '李主管' });
    const off = await call(AUTHOR, 'POST /articles/:id/retire', { id, body: { reason: '停办' } });
    expect(off).to.include({ state: 'retired' }).and.not.have.property('publishedVersion');
  });

  it('leave alone what a new version does not name, and clear what it sets to null', async () => {
    const validTo = '2030-01-01T00:00:00.000Z';
    const { id } = await create({ riskLevel: 'high', category: 'fees', validTo });
    const { category: _category, riskLevel: _riskLevel, ...content } = buildInput();
    const kept = await call(AUTHOR, 'POST /articles/:id/versions', { id, body: { ...content, reason: 'a' } });
    expect(kept.versions[0]).to.include({ riskLevel: 'high', category: 'fees', validTo });
    const body = { ...content, question: '另一个问题？', validTo: null, reason: 'b' };
    const cleared = await call(AUTHOR, 'POST /articles/:id/versions', { id, body });
    expect(cleared.versions[0]).not.to.have.property('validTo');
  });

  it('page through the list with the cursor they gave', async () => {
    for (let i = 0; i < 3; i += 1) await create({ category: 'cursor' });
    const list = (cursor?: string) =>
      call<{ items: Shown[]; nextCursor?: string }>(AUTHOR, 'GET /articles', {
        query: { category: 'cursor', limit: 2, ...(cursor && { cursor }) },
      });
    const first = await list();
    const second = await list(first.nextCursor);
    expect([first.items.length, second.items.length, second.nextCursor]).to.deep.equal([2, 1, undefined]);
    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).to.equal(3);
  });

  const forged = [
    'x',
    encodeCursor(['a', 'b']),
    encodeCursor([1e300, AUTHOR.id]),
    encodeCursor([1, `' OR 1=1`]),
    encodeCursor([1]),
  ];
  for (const cursor of forged) {
    it(`refuse the forged cursor ${cursor}`, async () => {
      const error = await call(AUTHOR, 'GET /articles', { query: { cursor } }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(AppError).with.property('code', 'request.cursor_invalid');
    });
  }

  it('let only holders of the right write, approve, and read', () => {
    const permissions = Object.fromEntries(
      knowledge.routes.map(({ method, path, permission }) => [`${method} ${path}`, permission]),
    );
    expect(permissions['POST /api/v1/articles']).to.equal('knowledge:write');
    expect(permissions['POST /api/v1/articles/:id/approve']).to.equal('knowledge:approve');
    expect(permissions['POST /api/v1/articles/:id/retire']).to.equal('knowledge:approve');
    expect(permissions['GET /api/v1/articles/:id']).to.equal('knowledge:read');
  });
});
