import { expect } from 'chai';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createDatabaseReader,
  createFolderAnchor,
  createKeyFile,
  createNoteSigner,
  createSealer,
  generateSealKey,
  parseKeyFile,
  readAnchors,
  verifyTrail,
} from '../../audit/index.ts';
import { createAuditStorage } from '../platform/persistence/index.ts';
import { buildCore, type Core } from '../test/support/core.ts';
import { recordAuditVerb } from './audit-recorder.ts';

describe('vaultdesk audit, on its own doing', () => {
  let core: Core;
  let home: string;
  before(async () => {
    core = await buildCore();
    home = await mkdtemp(join(tmpdir(), 'vd-cli-'));
  });
  after(async () => {
    await core.close();
    await rm(home, { recursive: true });
  });

  it('is an entry each time, also of two calls at once, and the trail stays whole', async () => {
    await writeFile(join(home, 'audit-cli.lock'), '999999999');
    await Promise.all([
      recordAuditVerb(core.database, home, { action: 'audit.verify', details: { status: 'whole' } }),
      recordAuditVerb(core.database, home, { action: 'audit.export' }),
    ]);
    await recordAuditVerb(core.database, home, { action: 'audit.prove', target: core.ids.next() });
    expect(await readdir(home)).to.deep.equal([]);
    const rows = await core.sql(
      "SELECT action, epoch, actor_type, body FROM audit_event WHERE node = 'cli' ORDER BY epoch, n",
    );
    const acts = rows.filter(({ action }) => !String(action).startsWith('audit.epoch'));
    expect(acts.map(({ action }) => action)).to.have.members(['audit.verify', 'audit.export', 'audit.prove']);
    expect(acts.map(({ actor_type: type }) => type)).to.deep.equal(['os', 'os', 'os']);
    expect(acts.map(({ body }) => JSON.parse(String(body)).details.by)).to.deep.equal(
      Array.from({ length: 3 }, () => 'command-line'),
    );
    expect(new Set(rows.map(({ epoch }) => Number(epoch))).size).to.equal(3);

    const storage = createAuditStorage(core.database);
    const signer = createNoteSigner('vaultdesk/spec', generateSealKey());
    const anchors = join(home, 'anchors');
    const sealer = createSealer({
      ...{ storage, signer, clock: core.clock },
      anchors: [createFolderAnchor(anchors)],
    });
    while ((await sealer.sealOnce()) !== undefined) continue;
    await sealer.stop();
    const result = await verifyTrail(createDatabaseReader(storage), {
      keys: parseKeyFile(createKeyFile(signer)),
      anchors: [readAnchors(anchors)],
    });
    expect(result.findings).to.deep.equal([]);
    expect(result.status).to.equal('whole');
  });
});
