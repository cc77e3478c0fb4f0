import { expect } from 'chai';
import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { readArchiveFile, readManifest } from '../compliance/index.ts';
import { CONTROL, LifecycleStage } from './support/lifecycle.ts';
import { RECORD_TABLES } from './support/records.ts';

const HISTORIES = process.env['VAULTDESK_TEST_LONG'] === '1' ? 60 : 12;

describe('a sweep that is cut off', () => {
  let stage: LifecycleStage;
  beforeEach(async () => {
    stage = await LifecycleStage.open();
    await stage.switchOn();
  });
  afterEach(() => stage.close());

  it('goes on behind its last chunk when its connection dies in a chunk; nothing goes twice or stays', async function () {
    this.timeout(60_000);
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
      ids.push(
        await stage.seeds.conversation({
          requesterId,
          openedAt: stage.yearsAgo(8),
          closedAt: stage.yearsAgo(7, n),
        }),
      );
    }
    const target = stage.stores.find(({ name }) => name === 'desk.conversation');
    if (target === undefined) throw new Error('no store of conversations');
    const [row] = target.rows.slice(-1);
    const isPostgres = stage.core.database.dialect.name === 'postgres';
    let removals = 0;
    stage.stores[stage.stores.indexOf(target)] = {
      ...target,
      rows: [
        ...target.rows.slice(0, -1),
        {
          table: 'conversation',
          ...(row?.read ? { read: row.read.bind(row) } : {}),
          async remove(tx, list) {
            removals += 1;
            const count = (await row?.remove(tx, list)) ?? 0;
            // What kill -9 does to a chunk: its connection is gone between the deletion and the commit.
            if (removals === 2 && !isPostgres) throw new Error('cut off');
            if (removals === 2) {
              await stage.core.sql(
                `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                  WHERE state = 'idle in transaction' AND datname = current_database()`,
              );
            }
            return count;
          },
        },
      ],
    };
    stage.rebuild(2);
    await stage.sweep().then(
      () => expect.fail('the sweep should have been cut off'),
      () => undefined,
    );
    expect((await stage.seeds.idsOf('conversation')).length).to.equal(4);
    stage.rebuild(2);
    const run = await stage.life.sweeps.sweep(CONTROL);
    expect(await stage.seeds.idsOf('conversation')).to.deep.equal([]);
    const folder = join(stage.archiveRoot, run.id);
    const { manifest } = await readManifest(folder);
    const archived: string[] = [];
    for (const chunk of manifest.chunks.filter(({ recordClass }) => recordClass === 'chat')) {
      const place = { runId: run.id, chunkNo: chunk.chunkNo };
      const { lines } = await readArchiveFile(stage.core.crypto, join(folder, chunk.file), place);
      archived.push(...lines.filter(({ t }) => t === 'conversation').map(({ k }) => k));
    }
    expect(archived.sort(), 'each is archived once').to.deep.equal(ids.sort());
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).to.deep.equal([]);
  });

  it(`removes from the database what the dry run decided, and nothing else, in ${HISTORIES} random banks`, async function () {
    this.timeout(600_000);
    const person = fc.record({
      years: fc.integer({ min: 0, max: 9 }),
      chats: fc.array(
        fc.record({
          years: fc.integer({ min: 0, max: 8 }),
          hasTicket: fc.boolean(),
          isEvaluated: fc.boolean(),
        }),
        { maxLength: 3 },
      ),
      isHeld: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 4 }), async (people) => {
        await empty();
        const kept: string[] = [];
        for (const each of people) {
          const requesterId = await stage.seeds.requester(stage.yearsAgo(each.years, 1));
          let needsPerson = each.isHeld || each.years < 1;
          for (const chat of each.chats) {
            const at = stage.yearsAgo(chat.years, 1);
            const id = await stage.seeds.conversation({
              requesterId,
              openedAt: at,
              closedAt: at,
              ...(chat.isEvaluated ? { evaluatedAt: at } : {}),
            });
            if (chat.hasTicket) await stage.seeds.ticket({ requesterId, conversationId: id, openedAt: at });
            // Said another way than the sweep says it: five years with a ticket, else three.
            if (!each.isHeld && chat.years >= (chat.hasTicket ? 5 : 3)) continue;
            kept.push(id);
            needsPerson = true;
          }
          if (needsPerson) kept.push(requesterId);
          if (each.isHeld) await stage.place({ requesterId });
        }
        await stage.sweep();
        const left = [
          ...(await stage.seeds.idsOf('conversation')),
          ...(await stage.seeds.idsOf('requester')),
        ];
        expect(left.sort()).to.deep.equal(kept.sort());
      }),
      { numRuns: HISTORIES },
    );
  });

  async function empty(): Promise<void> {
    const tables = [
      'evaluation_criterion',
      ...RECORD_TABLES.filter((table) => table !== 'evaluation_criterion'),
    ];
    for (const table of [...tables, 'legal_hold']) await stage.core.sql(`DELETE FROM ${table}`);
  }
});
