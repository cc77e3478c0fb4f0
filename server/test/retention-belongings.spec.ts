import { expect } from 'chai';
import { FieldService, type Fields } from '../desk/index.ts';
import { SYSTEM_ACTOR } from '../kernel/index.ts';
import type { Files } from '../platform/files/index.ts';
import { buildFileStore } from './support/files.ts';
import { LifecycleStage } from './support/lifecycle.ts';

const label = { zh: '字段', en: 'Field' };
const text = {
  ...{ key: 'remark', type: 'text' as const, label, class: 'C1' as const, mask: null, isRequired: false },
  ...{ isArchived: false, isInList: false, choices: [], pattern: null, min: null, max: null },
};
const FIELDS: Fields = { ticket: [text], requester: [text], conversation: [text] };
const TABLES = [
  'custom_value',
  'custom_value_token',
  'custom_record',
  'stored_file',
  'stored_file_chunk',
] as const;

describe('what belongs to a record', () => {
  let stage: LifecycleStage;
  let files: Files;
  let fields: FieldService;
  before(async () => {
    stage = await LifecycleStage.open();
    files = buildFileStore(stage.core);
    fields = new FieldService({ ...stage.core, fields: () => FIELDS });
    await stage.switchOn();
  });
  after(async () => {
    await files.checker.stop();
    await stage.close();
  });

  /** Values of own fields and a file in two pieces, on one record of a requester. */
  async function belongings(
    requesterId: string,
    record: { type: 'ticket' | 'requester' | 'conversation'; id: string },
  ): Promise<void> {
    const { core } = stage;
    const [row] = await core.sql('SELECT dek_id FROM requester WHERE id = $1', [requesterId]);
    const dekId = Number(row?.['dek_id']);
    const dek = await core.crypto.dek(dekId);
    await core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const parsed = fields.parseNew(record.type, { remark: '备注' });
      await fields.write(tx, { recordType: record.type, recordId: record.id }, dek, parsed);
      tx.record({ action: 'system.view', outcome: 'ok' });
    });
    if (record.type === 'requester') return;
    const file = await files.store.create(
      { actor: SYSTEM_ACTOR },
      {
        owner: { type: record.type, id: record.id },
        requester: { id: requesterId, dekId },
        ...{ recordClass: 'file' as const, name: '附件.txt', type: 'text/plain' },
      },
    );
    await file.write(Buffer.alloc(1_500_000, '字'));
    await file.close();
  }

  async function person(years: number) {
    const at = stage.yearsAgo(years);
    const requesterId = await stage.seeds.requester(at);
    const conversationId = await stage.seeds.conversation({ requesterId, openedAt: at, closedAt: at });
    const ticketId = await stage.seeds.ticket({ requesterId, openedAt: at });
    await belongings(requesterId, { type: 'requester', id: requesterId });
    await belongings(requesterId, { type: 'conversation', id: conversationId });
    await belongings(requesterId, { type: 'ticket', id: ticketId });
    await stage.core.sql('UPDATE stored_file SET created_at = $1 WHERE requester_id = $2', [at, requesterId]);
    await stage.core.sql('UPDATE requester SET updated_at = $1 WHERE id = $2', [at, requesterId]);
    return { requesterId, conversationId, ticketId };
  }

  const counts = async () => {
    const found: Record<string, number> = {};
    for (const table of TABLES) {
      const [row] = await stage.core.sql(`SELECT COUNT(*) AS n FROM ${table}`);
      found[table] = Number(row?.['n']);
    }
    return found;
  };
  /** The words of a value are one term. */
  const ALL_OF_ONE = {
    ...{ custom_value: 3, custom_value_token: 3, custom_record: 3 },
    ...{ stored_file: 2, stored_file_chunk: 4 },
  };

  it('goes with it: values of own fields, files, and their pieces; and stays with what is held or young', async () => {
    await person(20);
    const held = await person(20);
    const young = await person(0);
    await stage.place({ requesterId: held.requesterId });
    expect(await counts()).to.deep.equal(
      Object.fromEntries(Object.entries(ALL_OF_ONE).map(([table, count]) => [table, count * 3])),
    );
    await stage.sweep();
    expect(await counts()).to.deep.equal(
      Object.fromEntries(Object.entries(ALL_OF_ONE).map(([table, count]) => [table, count * 2])),
    );
    const owners = await stage.core.sql('SELECT record_id FROM custom_record');
    expect(owners.map(({ record_id }) => record_id)).to.have.members(
      [held, young].flatMap((each) => Object.values(each)),
    );
    expect(await stage.seeds.idsOf('requester')).to.have.members([held.requesterId, young.requesterId]);
  });
});
