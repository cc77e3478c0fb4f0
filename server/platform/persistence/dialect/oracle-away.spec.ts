import { expect } from 'chai';
import { createServer, type AddressInfo, type Server } from 'node:net';
import oracledb from 'oracledb';
import { AppError } from '../../../kernel/index.ts';
import { openDatabase } from '../data-source.ts';
import { DatabaseConflict } from './dialect.ts';
import { oracle } from './oracle.ts';

const codeOf = (error: unknown) =>
  error instanceof AppError ? error.code : `untranslated: ${String(error)}`;

describe('an Oracle that does not answer, by the driver itself', () => {
  const open = (port: number) =>
    openDatabase({ url: `oracle://desk:unused@127.0.0.1:${port}/desk`, poolSize: 1 }).then(
      () => 'open',
      (error: unknown) => codeOf(error),
    );
  let server: Server;
  before(async () => {
    server = createServer((socket) => socket.once('data', () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  it('is unavailable when nobody listens, and when it hangs up', async () => {
    const { port } = server.address() as AddressInfo;
    expect(await open(port)).to.equal('storage.unavailable');
    expect(await open(1)).to.equal('storage.unavailable');
  });
});

describe('errors of Oracle', () => {
  const fault = (errorNum: number, message = '') => Object.assign(new Error(message), { errorNum });
  const driverFault = (code: string) => Object.assign(new Error(code), { code });

  it('have the codes that PostgreSQL’s have', () => {
    for (const [number, code] of [
      ...[1400, 1407, 12899].map((each) => [each, 'storage.value_refused'] as const),
      ...[1653, 1691].map((each) => [each, 'storage.full'] as const),
      ...[28, 1034, 3113, 12514, 12516].map((each) => [each, 'storage.unavailable'] as const),
    ]) {
      expect(codeOf(oracle.translateError(fault(number))), String(number)).to.equal(code);
    }
    for (const code of ['NJS-003', 'NJS-040', 'NJS-076', 'NJS-500', 'NJS-501', 'NJS-511', 'NJS-521']) {
      expect(codeOf(oracle.translateError(driverFault(code))), code).to.equal('storage.unavailable');
    }
  });

  it('name the constraint in its words of any version', () => {
    for (const message of [
      'ORA-00001: unique constraint (DESK.UX_SITE_NAME) violated',
      'ORA-00001: unique constraint (DESK.UX_SITE_NAME) violated on table DESK.SITE columns (NAME)\nORA-03301: …',
    ]) {
      const conflict = oracle.translateError(fault(1, message));
      expect(conflict).to.be.instanceOf(DatabaseConflict);
      expect(conflict).to.include({ kind: 'unique', constraint: 'ux_site_name' });
    }
  });

  it('leave what means nothing to callers as it is', () => {
    const unknown = fault(904, 'ORA-00904: invalid identifier');
    expect(oracle.translateError(unknown)).to.equal(unknown);
    const wrong = driverFault('NJS-044');
    expect(oracle.translateError(wrong)).to.equal(wrong);
    expect(oracledb.thin).to.equal(true);
  });
});
