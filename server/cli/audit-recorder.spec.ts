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
import { placesOf } from '../foundation.ts';
import { loadConfig } from '../platform/config/index.ts';
import { openSealKeys } from '../seal-keys.ts';
import { assertNobodyRuns, rotateKey } from './audit.ts';
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

  it('gives the trail its next seal key, which counts from the seal behind the newest one', async () => {
    const config = loadConfig({ home, isEvaluation: true });
    const own = { ...config, database: { ...config.database, url: core.url } };
    const before = await openSealKeys(own, placesOf(home), 'vaultdesk/spec');
    const { no } = (await createAuditStorage(core.database).lastSeal())!;
    const next = await rotateKey(own);
    expect(next.fromSeal).to.equal(no + 1);
    const after = await openSealKeys(own, placesOf(home), 'vaultdesk/spec');
    expect(after.signer.verifierKey).to.equal(next.verifierKey).and.not.equal(before.signer.verifierKey);
    const [entry] = await core.sql(
      "SELECT actor_type, target_id FROM audit_event WHERE action = 'key.rotate'",
    );
    expect(entry).to.deep.equal({ actor_type: 'os', target_id: next.fingerprint.slice(0, 16) });
  });

  it('gives it none while a process of the installation beats, and is not held up by a dead one', async () => {
    const looks = async (...all: Record<string, number>[]) => {
      let look = 0;
      const beats = async () => new Map(Object.entries(all[look++] ?? {}));
      return assertNobodyRuns(beats, async () => undefined).then(
        () => 'free',
        (error: Error) => error.message,
      );
    };
    expect(await looks({})).to.equal('free');
    expect(await looks({ dead: 5 }, { dead: 5 })).to.equal('free');
    expect(await looks({ dead: 5, left: 7 }, { dead: 5 })).to.equal('free');
    expect(await looks({ alive: 5 }, { alive: 8 })).to.contain('stop every server');
    expect(await looks({ dead: 5 }, { dead: 5, came: 1 })).to.contain('stop every server');
  });
});
