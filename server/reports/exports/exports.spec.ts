import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import type { ExportReader } from '../../platform/documents/index.ts';
import { readPdf } from '../../test/support/read-pdf.ts';
import { readXlsx } from '../../test/support/read-xlsx.ts';
import { renderNotice } from '../../platform/notify/index.ts';
import { exportNotice } from './export.notices.ts';
import { EXPORT_LIMITS } from './export.rules.ts';
import { ANN, BOB, buildExports, type BuiltExports } from './test/build-exports.ts';

const HOUR_MS = 3_600_000;
/** Lines of a CSV file, without its titles and the end of the last line. */
const linesOf = (text: string) => text.trimEnd().split('\r\n').slice(1);
const numbersOf = (text: string) => linesOf(text).map((line) => Number(line.split(',')[0]));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('exports', () => {
  let built: BuiltExports;
  beforeEach(async () => {
    built = await buildExports();
  });
  afterEach(() => built.close());

  const made = async (body: object = {}): Promise<string> => {
    const { status, json } = await built.ask(body);
    expect(status, JSON.stringify(json)).to.equal(202);
    await built.jobs.drain();
    return json.id as string;
  };
  const bytesOf = async (id: string): Promise<Buffer> => {
    const [info] = await built.core.uow.read((db) => built.store.ofOwner(db, { type: 'export', id }));
    const { core, store } = built;
    const { source } = await core.uow.read((db) => core.besides(() => store.content(db, info?.id ?? '')));
    const pieces: Buffer[] = [];
    for await (const piece of source.read({ first: 0, last: source.sizeBytes - 1 })) pieces.push(piece);
    return Buffer.concat(pieces);
  };

  it('makes a file of every row, in order and once, and hands it to who asked', async () => {
    const id = await made();
    expect(await built.one(id)).to.include({ state: 'ready', rowCount: 450, errorCode: null });
    const { status, headers, text } = await built.file(id);
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('text/csv; charset=utf-8');
    expect(headers['content-disposition']).to.match(/^attachment; filename\*?=.*csv/);
    expect(numbersOf(text)).to.deep.equal(upTo(450));
    expect(linesOf(text)[0]).to.match(/^1,row 1,1970-01-01 08:00:00,安娜 · /);
    expect(built.told).to.deep.equal(['ready']);
    expect(await built.left()).to.deep.equal({ parts: 0, files: 1, chunks: 1 });
  });

  it('writes the same rows as a workbook and as a PDF, with account and time in each', async () => {
    built.rows.count = 60;
    built.rows.texts.set(2, '=SUM(A1)').set(3, '表情😀').set(4, '长'.repeat(32_768));
    const sheet = readXlsx(await bytesOf(await made({ format: 'xlsx', lang: 'en' })));
    expect(sheet.sheets[0]?.rowCount).to.equal(61);
    expect(sheet.sheets[0]?.cells.get('B3')?.value).to.equal('=SUM(A1)');
    expect(String(sheet.sheets[1]?.cells.get('A2')?.value)).to.include('安娜 · ');
    const { contents, pages } = readPdf(await bytesOf(await made({ format: 'pdf', columns: ['n', 'text'] })));
    const all = contents.join('').replaceAll('\n', '');
    expect(all).to.include('=SUM(A1)').and.to.include('表情😀').and.to.include('row 60');
    expect(all.split('长').length - 1).to.equal(32_768);
    expect(all).not.to.include('时间');
    for (const page of pages) expect(page).to.include('安娜 · ');
  }).timeout(20_000);

  it('tells the trail who asked, what was read, that it was made, and who fetched it', async () => {
    const id = await made({ params: { upTo: 201 } });
    await built.file(id);
    const trail = await built.trail();
    expect(trail.map(({ action }) => action)).to.deep.equal([
      ...['export.ask', 'export.start', 'export.collect', 'export.collect', 'export.make', 'export.download'],
    ]);
    const ids = trail
      .filter(({ action }) => action === 'export.collect')
      .map(({ body, actorId }) => {
        expect(actorId).to.equal(ANN);
        return (JSON.parse(body) as { details: { ids: string[] } }).details.ids;
      });
    expect(ids.flat()).to.deep.equal(upTo(201).map(String));
    expect(trail.every(({ body }) => !body.includes('row 1'))).to.equal(true);
  });

  describe('that die on the way', () => {
    /** Ends the run as a kill would: after a commit, with nothing told to anybody. */
    const dieAt = (page: number) => {
      let pages = 0;
      built.rows.onPage = () => {
        pages += 1;
        if (pages === page) throw new Error('killed');
      };
    };
    const again = async () => {
      delete built.rows.onPage;
      built.clock.advance(HOUR_MS / 60);
      await built.jobs.drain();
    };

    for (const page of [1, 2, 3]) {
      it(`go on at page ${page} without a row twice or missing`, async () => {
        dieAt(page);
        const id = await made();
        expect(await built.one(id)).to.include({ state: 'running', rowCount: (page - 1) * 200 });
        const read: number[] = [];
        delete built.rows.onPage;
        built.rows.onPage = (first) => void read.push(first);
        built.clock.advance(HOUR_MS / 60);
        await built.jobs.drain();
        expect(read[0]).to.equal((page - 1) * 200 + 1);
        expect(numbersOf((await built.file(id)).text)).to.deep.equal(upTo(450));
      });
    }

    it('write the file anew when they died while writing it, and leave no second one', async () => {
      built.wrapFiles((files) => ({
        create: async (context, file) => {
          const created = await files.create(context, file);
          return { ...created, close: () => created.close().then(() => Promise.reject(new Error('killed'))) };
        },
        content: (db, id) => files.content(db, id),
        ofOwner: (db, owner) => files.ofOwner(db, owner),
        remove: (tx, ids) => files.remove(tx, ids),
      }));
      const id = await made();
      expect(await built.one(id)).to.include({ state: 'running', rowCount: 450 });
      built.wrapFiles((files) => files);
      await again();
      expect(numbersOf((await built.file(id)).text)).to.deep.equal(upTo(450));
      expect(await built.left()).to.deep.equal({ parts: 0, files: 1, chunks: 1 });
    });

    it('wait while the disk is full, and go on afterwards', async () => {
      built.rows.onPage = (first) => {
        if (first > 1) throw new AppError('storage.full');
      };
      const id = await made();
      for (let attempt = 0; attempt < EXPORT_LIMITS.attemptsMax + 2; attempt += 1) {
        built.clock.advance(HOUR_MS / 60);
        await built.jobs.drain();
      }
      expect(await built.one(id)).to.include({ state: 'running', rowCount: 200 });
      await again();
      expect(numbersOf((await built.file(id)).text)).to.deep.equal(upTo(450));
    });

    it('end as failed when trying again does not help, told once, with nothing left', async () => {
      built.rows.onPage = () => {
        throw new Error('broken');
      };
      const id = await made();
      for (let attempt = 0; attempt < EXPORT_LIMITS.attemptsMax; attempt += 1) {
        built.clock.advance(HOUR_MS);
        await built.jobs.drain();
      }
      expect(await built.one(id)).to.include({ state: 'failed', errorCode: 'server.internal' });
      expect(built.told).to.deep.equal(['failed']);
      expect(await built.left()).to.deep.equal({ parts: 0, files: 0, chunks: 0 });
    });
  });

  describe('are refused', () => {
    it('to who has not the permission, to programs, and to nobody', async () => {
      expect((await built.ask({}, 'poor')).json).to.include({ code: 'access.refused' });
      expect((await built.ask({}, 'program')).json).to.include({ code: 'access.refused' });
      expect((await built.served.ask(undefined, '/api/v1/exports')).status).to.equal(401);
      expect((await built.served.ask('poor', '/api/v1/exports/kinds')).json).to.deep.equal([]);
    });

    const BAD: [string, object][] = [
      ['another kind', { kind: 'spec.other' }],
      ['another format', { format: 'docx' }],
      ['a column that is none', { columns: ['n', 'secret'] }],
      ['no column', { columns: [] }],
      ['a filter that is none', { params: { sql: '1=1' } }],
      ['a filter of another type', { params: { upTo: '10' } }],
      ['a zone that is none', { offsetMinutes: 900 }],
      ['plain values without a reason', { unmasked: true }],
    ];
    for (const [what, body] of BAD) {
      it(`with ${what}`, async () => {
        const { status } = await built.ask(body);
        expect(status).to.be.oneOf([400, 422]);
        expect(await built.list()).to.deep.equal([]);
      });
    }

    it('beyond three at once, and freed by a cancellation', async () => {
      const ids: string[] = [];
      for (let index = 0; index < EXPORT_LIMITS.openPerAccountMax; index += 1) {
        ids.push(((await built.ask()).json as { id: string }).id);
      }
      expect((await built.ask()).json).to.include({ code: 'export.open_limit' });
      expect((await built.ask({}, 'bob')).status).to.equal(202);
      const cancelled = await built.served.ask('ann', `/api/v1/exports/${ids[0]}/cancel`, { method: 'POST' });
      expect(cancelled.json).to.include({ state: 'cancelled' });
      expect((await built.ask()).status).to.equal(202);
    });

    it('with more rows than a file may have, and nothing is kept of them', async () => {
      const id = await made({ params: { upTo: 1_000_000 }, format: 'pdf' });
      expect(await built.one(id)).to.include({ state: 'failed', errorCode: 'export.too_many_rows' });
      expect((await built.file(id)).json).to.include({ code: 'export.not_ready' });
      expect(await built.left()).to.deep.equal({ parts: 0, files: 0, chunks: 0 });
    }).timeout(30_000);
  });

  describe('are not handed out', () => {
    it('to another account', async () => {
      const id = await made();
      expect((await built.file(id, 'bob')).json).to.include({ code: 'request.not_found' });
      const cancel = await built.served.ask('bob', `/api/v1/exports/${id}/cancel`, { method: 'POST' });
      expect(cancel.json).to.include({ code: 'request.not_found' });
      expect(await built.list('bob')).to.deep.equal([]);
    });

    it('after 24 hours, and the sweep throws the file away', async () => {
      const id = await made();
      built.clock.advance(EXPORT_LIMITS.keptHours * HOUR_MS - 1);
      expect((await built.file(id)).status).to.equal(200);
      built.clock.advance(1);
      expect((await built.file(id)).json).to.include({ code: 'export.expired' });
      await built.jobs.drain();
      expect(await built.one(id)).to.include({ state: 'expired' });
      expect(await built.left()).to.deep.equal({ parts: 0, files: 0, chunks: 0 });
      built.clock.advance((EXPORT_LIMITS.rememberedDays * 24 + 1) * HOUR_MS);
      await built.jobs.drain();
      expect(await built.list()).to.deep.equal([]);
    });

    it('to who has lost the permission since', async () => {
      const id = await made();
      const reader = built.people.get(ANN);
      if (reader) built.people.set(ANN, { ...reader, permissions: new Set() });
      expect((await built.file(id)).json).to.include({ code: 'access.refused' });
    });

    it('to who reaches less of the organisation than when they were made, and again to who reaches it', async () => {
      const id = await made();
      const reader = built.people.get(ANN) as ExportReader;
      const unitId = '0190a000-0000-7000-8000-0000000000b1';
      for (const kind of ['own', 'unit', 'subtree'] as const) {
        built.people.set(ANN, { ...reader, scopeFor: () => ({ kind, unitId, accountId: ANN }) });
        expect((await built.file(id)).json).to.include({ code: 'export.not_allowed' });
      }
      built.people.set(ANN, reader);
      expect((await built.file(id)).status).to.equal(200);
    });

    it('to who has moved up, but not to who was given another unit', async () => {
      const reader = built.people.get(ANN) as ExportReader;
      const unitId = '0190a000-0000-7000-8000-0000000000b1';
      const within = (kind: 'own' | 'unit' | 'subtree', id: string) =>
        built.people.set(ANN, { ...reader, scopeFor: () => ({ kind, unitId: id, accountId: ANN }) });
      within('unit', unitId);
      const id = await made();
      const statusOf = async () => (await built.file(id)).status;
      within('subtree', unitId);
      expect(await statusOf()).to.equal(200);
      within('own', unitId);
      expect(await statusOf()).to.equal(403);
      within('subtree', '0190a000-0000-7000-8000-0000000000b2');
      expect(await statusOf()).to.equal(403);
      built.people.set(ANN, reader);
      expect(await statusOf()).to.equal(200);
    });

    it('to an account that was disabled while they were made', async () => {
      built.rows.onPage = (first) => {
        if (first > 1) built.people.delete(ANN);
      };
      const id = await made();
      expect(await built.one(id)).to.include({ state: 'failed', errorCode: 'export.not_allowed' });
      expect((await built.file(id)).json).to.include({ code: 'access.refused' });
      expect(await built.left()).to.deep.equal({ parts: 0, files: 0, chunks: 0 });
    });

    it('when they were cancelled while they were made', async () => {
      let cancelled = 0;
      built.rows.onPage = async (first) => {
        if (first === 1) return;
        const [item] = await built.list();
        const answer = await built.served.ask('ann', `/api/v1/exports/${item?.id}/cancel`, {
          method: 'POST',
        });
        cancelled = answer.status;
      };
      const id = await made();
      expect(cancelled).to.equal(200);
      expect(await built.one(id)).to.include({ state: 'cancelled' });
      expect((await built.file(id)).json).to.include({ code: 'export.not_ready' });
      expect(await built.left()).to.deep.equal({ parts: 0, files: 0, chunks: 0 });
    });
  });

  describe('of plain values', () => {
    const decide = (act: 'apply' | 'drop') => {
      const [asked] = built.asked;
      const context = { actor: { type: 'account' as const, id: BOB } };
      return built.core.uow.run(context, async (tx) => {
        await built.approval[act](tx, asked?.params ?? null);
        tx.record({ action: act === 'apply' ? 'approval.approve' : 'approval.reject', outcome: 'ok' });
      });
    };
    const asked = async () =>
      ((await built.ask({ unmasked: true, reason: '监管检查' })).json as { id: string }).id;

    it('wait for a second person and are then made in the name of who asked', async () => {
      const id = await asked();
      await built.jobs.drain();
      expect(await built.one(id)).to.include({ state: 'waiting' });
      await decide('apply');
      await built.jobs.drain();
      expect(linesOf((await built.file(id)).text)[0]).to.match(/^1,plain 1,.*安娜/);
      const collected = (await built.trail()).filter(({ action }) => action === 'export.collect');
      expect(collected.every(({ actorId }) => actorId === ANN)).to.equal(true);
      expect(collected.every(({ body }) => body.includes('"isUnmasked":true'))).to.equal(true);
    });

    it('end when the second person does not agree, and tell so', async () => {
      const id = await asked();
      await decide('drop');
      expect(await built.one(id)).to.include({ state: 'refused' });
      expect(built.told).to.deep.equal(['refused']);
    });

    it('say to the second person what is asked for, and cannot be approved once cancelled', async () => {
      const id = await asked();
      const lines = await built.core.uow.read((db) => built.approval.describe(db, { exportId: id }));
      expect(lines).to.deep.include({ label: 'export.values', from: '脱敏 · masked', to: '明文 · plain' });
      await built.served.ask('ann', `/api/v1/exports/${id}/cancel`, { method: 'POST' });
      expect(built.withdrawn).to.deep.equal([id]);
      const failure = await decide('apply').catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(AppError).with.property('code', 'export.state_refused');
    });
  });

  it('have a notice in both languages for each end, with a way to the page', () => {
    for (const outcome of ['ready', 'failed', 'refused'] as const) {
      const notice = exportNotice({ accountId: ANN, exportId: BOB, outcome });
      expect(notice).to.deep.include({ link: '/exports', to: { accountIds: [ANN] } });
      for (const lang of ['zh-CN', 'en'] as const) {
        const { title, body } = renderNotice(notice.kind, notice.params, lang);
        expect(title).not.to.equal(notice.kind);
        expect(body).not.to.equal('');
      }
    }
  });

  it('keep what somebody typed sealed, and out of the trail', async () => {
    await made({ params: { upTo: 7 } });
    const bodies = (await built.trail()).map(({ body }) => body);
    expect(bodies.some((body) => body.includes('upTo'))).to.equal(false);
  });
});
