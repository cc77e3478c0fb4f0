import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { buildHost, codeOf, PEER, type BuiltHost } from '../../test/support/connector-host.ts';
import { ARE_PEERS_REQUIRED, PEER_MODULES, startPeerProcess } from '../../test/support/peer-process.ts';
import { odataConnector } from './index.ts';
import { freePort } from '../../test/support/free-port.ts';

const PARTNERS = 120;

const MODEL = `namespace bank;
entity A_BusinessPartner {
  key BusinessPartner : String(10);
  FullName : String(80);
  CreationDate : Date;
  Credit : Decimal(23,2);
}
@assert.unique: { byKey: [VdKey] }
entity Incidents {
  key ID : UUID;
  Title : String(200);
  VdKey : String(60);
}
`;
const SERVICE = `using bank from '../db/schema';
service API @(path:'/odata/v4/api', requires:'authenticated-user') {
  entity A_BusinessPartner as projection on bank.A_BusinessPartner;
  entity Incidents as projection on bank.Incidents;
}
`;
const SETTINGS = {
  name: 'peer',
  private: true,
  dependencies: { '@sap/cds': '*', '@cap-js/sqlite': '*', '@cap-js-community/odata-v2-adapter': '*' },
  cds: {
    requires: {
      db: { kind: 'sqlite', impl: '@cap-js/sqlite', credentials: { url: ':memory:', driver: 'sql.js' } },
      auth: { kind: 'basic', users: { vaultdesk: { password: 'geheim' } } },
    },
    query: { limit: { max: 50 } },
    cov2ap: { plugin: true },
  },
};
/** It would listen on every address of the machine. */
const PIN_TO_LOOPBACK = `const net = require('node:net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, typeof port === 'object' ? { ...port, host: '127.0.0.1' } : { port, host: '127.0.0.1' },
    ...rest.filter((each) => typeof each === 'function'));
};
`;

describe('OData of another maker (SAP CAP)', function () {
  this.timeout(90_000);
  const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
  let core: Core;
  let built: BuiltHost;
  let peer: { port: number; stop(): void };

  before(async function () {
    if (!existsSync(join(PEER_MODULES, '@sap', 'cds'))) {
      if (ARE_PEERS_REQUIRED)
        throw new Error(`There is no @sap/cds in ${PEER_MODULES}: .ci/peers installs it.`);
      process.stderr.write('SKIPPED: there is no SAP CAP, so OData is not tested against it here.\n');
      return this.skip();
    }
    core = await buildCore({ clock });
    peer = await startPeer();
    built = buildHost(core, clock, { ports: [peer.port], protocols: ['http'] });
  });
  after(async () => {
    built?.close();
    peer?.stop();
    await core?.close();
  });

  const partners = {
    name: 'customer.find',
    title: { zh: '伙伴', en: 'Partner' },
    ...{ isReadOnly: true, idempotency: 'natural', isMany: true, purposes: ['service'], timeoutMs: 20_000 },
    input: { name: {} },
    ...{ entitySet: 'A_BusinessPartner', orderBy: 'BusinessPartner' },
    filter: [{ field: 'FullName', operator: 'contains', input: 'name', type: 'string' }],
    output: {
      number: { path: '/BusinessPartner', type: 'text', class: 'C1', isRequired: true },
      since: { path: '/CreationDate', type: 'date', class: 'C1' },
      credit: { path: '/Credit', type: 'money', class: 'C1' },
    },
  };
  const one = {
    ...partners,
    ...{ name: 'account.list', filter: [], input: { number: { isRequired: true } } },
    key: { BusinessPartner: { input: 'number', type: 'string' } },
  };
  const open = {
    name: 'ticket.create',
    title: { zh: '案例', en: 'Case' },
    ...{ isReadOnly: false, idempotency: 'key', isMany: false, purposes: ['ticket'] },
    input: { subject: { isRequired: true } },
    ...{ entitySet: 'Incidents', method: 'POST', keyField: 'VdKey', reference: '/ID' },
    fields: { Title: { input: 'subject', type: 'string' } },
    output: { id: { path: '/ID', type: 'text', class: 'C1' } },
  };
  const make = {
    ...open,
    ...{ name: 'partner.create', idempotency: 'none', entitySet: 'A_BusinessPartner', keyField: undefined },
    ...{ reference: '/BusinessPartner', input: { number: {}, name: {}, since: {}, credit: {} } },
    fields: {
      BusinessPartner: { input: 'number', type: 'string' },
      FullName: { input: 'name', type: 'string' },
      CreationDate: { input: 'since', type: 'date' },
      Credit: { input: 'credit', type: 'decimal' },
    },
  };
  const session = (version: '2' | '4', more: object = {}, secrets = { password: 'geheim' }) =>
    built.open(
      odataConnector,
      {
        baseUrl: `http://${PEER}:${peer.port}/odata/v${version}/api`,
        ...{ version, auth: { kind: 'basic', user: 'vaultdesk' }, duplicates: ['UNIQUE', 'ASSERT_UNIQUE'] },
        operations: [partners, one, open, JSON.parse(JSON.stringify(make)) as object],
        ...more,
      },
      secrets,
    );
  const call = (key?: string) => ({
    ...{ timeoutMs: 20_000, correlationId: '01900000-0000-7000-8000-000000000001' },
    ...(key === undefined ? {} : { key }),
  });

  for (const version of ['4', '2'] as const) {
    describe(`version ${version}`, () => {
      const prefix = `V${version}`;
      before(async () => {
        const opened = session(version);
        for (let n = 0; n < PARTNERS; n += 1) {
          const number = `${prefix}${String(n).padStart(4, '0')}`;
          const input = {
            ...{ number, name: `${prefix} O'Neil & 王`, since: '2025-05-21', credit: '1234567.25' },
          };
          await opened.run('partner.create', input, call());
        }
      });

      it('tells its sets, and refuses a wrong password', async () => {
        const names = (await session(version).discover(call())).map(({ name }) => name);
        expect(names).to.include.members(['A_BusinessPartner', 'Incidents']);
        const wrong = session(version, {}, { password: 'falsch' });
        expect(await codeOf(wrong.check(call()))).to.equal('connector.auth_failed unauthorised');
      });

      it('finds through pages, whatever is in the value', async () => {
        const found = await session(version).run('customer.find', { name: `${prefix} O'Neil & 王` }, call());
        expect(found.items).to.have.length(PARTNERS);
        const none = await session(version).run('customer.find', { name: "x' or '1' eq '1" }, call());
        expect(none.items).to.have.length(0);
      });

      it('gives one by its key with its date and digits, and nothing for another', async () => {
        const id = await built.add(
          'odata',
          {
            baseUrl: `http://${PEER}:${peer.port}/odata/v${version}/api`,
            ...{ version, auth: { kind: 'basic', user: 'vaultdesk' }, operations: [partners, one] },
          },
          { secrets: { password: 'geheim' } },
        );
        const { records } = await built.lookup(id, 'account.list', { number: `${prefix}0007` });
        expect(records).to.deep.equal([
          { number: `${prefix}0007`, since: '2025-05-21', credit: '1234567.25' },
        ]);
        expect((await built.lookup(id, 'account.list', { number: 'nobody' })).records).to.deep.equal([]);
      });

      it('has one effect of a write that is sent twice, and tells by its key', async () => {
        const key = `key-${version}`;
        const opened = session(version);
        expect(await opened.inquire?.('ticket.create', {}, call(key))).to.equal('absent');
        const first = await opened.run('ticket.create', { subject: '账单 "x"' }, call(key));
        expect(first.reference).to.match(/^[0-9a-f-]{36}$/);
        await opened.run('ticket.create', { subject: '账单 "x"' }, call(key));
        expect(await opened.inquire?.('ticket.create', {}, call(key))).to.equal('done');
      });

      it('takes a write through a batch', async () => {
        const opened = session(version, { isBatched: true });
        const { reference } = await opened.run(
          'ticket.create',
          { subject: 'batch' },
          call(`batch-${version}`),
        );
        expect(reference).to.match(/^[0-9a-f-]{36}$/);
      });
    });
  }
});

async function startPeer(): Promise<{ port: number; stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'vd-cap-'));
  for (const name of ['db', 'srv']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'db', 'schema.cds'), MODEL);
  writeFileSync(join(folder, 'srv', 'api.cds'), SERVICE);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(SETTINGS));
  writeFileSync(join(folder, 'pin.cjs'), PIN_TO_LOOPBACK);
  symlinkSync(PEER_MODULES, join(folder, 'node_modules'));
  const port = await freePort();
  const program = join(PEER_MODULES, '@sap', 'cds', 'bin', 'serve.js');
  const peer = await startPeerProcess(['-r', './pin.cjs', program, '--in-memory'], /server listening on/, {
    cwd: folder,
    env: { PORT: String(port), NODE_ENV: 'test' },
  });
  return {
    port,
    stop() {
      peer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
