import { expect } from 'chai';
import oracledb from 'oracledb';
import { driverConnection, toCell } from '../../../test/oracle-sim/oracledb-sim.ts';
import type { ColumnKind } from '../columns.ts';
import { bindDefsOf, oracle, type TypedBind } from './oracle.ts';

describe('values on their way to Oracle', () => {
  const KINDS: readonly [ColumnKind, unknown][] = [
    ['uuid', '01900000-0000-7000-8000-000000000001'],
    ['text', 'x'],
    ['clob', 'x'],
    ['json', {}],
    ['int', 1],
    ['flag', true],
    ['instant', new Date()],
    ['bytes', Buffer.from([1])],
    ['sealed', Buffer.from([0xe1])],
  ];

  it('say their type, so that the driver guesses nothing; a buffer goes out as RAW or BLOB, never as text', () => {
    const types = KINDS.map(([kind, value]) => [
      kind,
      (oracle.encode(kind, value) as { type: unknown }).type,
    ]);
    expect(Object.fromEntries(types)).to.deep.equal({
      ...{ uuid: oracledb.DB_TYPE_VARCHAR, text: oracledb.DB_TYPE_VARCHAR, clob: oracledb.DB_TYPE_CLOB },
      ...{ json: oracledb.DB_TYPE_CLOB, int: oracledb.DB_TYPE_NUMBER, flag: oracledb.DB_TYPE_NUMBER },
      ...{ instant: oracledb.DB_TYPE_TIMESTAMP, bytes: oracledb.DB_TYPE_RAW, sealed: oracledb.DB_TYPE_BLOB },
    });
  });

  it('are 0 or 1 for a flag, and nothing at all for an empty text', () => {
    expect([true, false].map((flag) => (oracle.encode('flag', flag) as { val: unknown }).val)).to.deep.equal([
      1, 0,
    ]);
    for (const [kind] of KINDS) {
      expect((oracle.encode(kind, '') as { val: unknown }).val, kind).to.equal(null);
      expect((oracle.encode(kind, null) as { val: unknown }).val, kind).to.equal(null);
    }
  });

  it('are refused by the stand-in when somebody binds a buffer without its type, or a boolean', () => {
    expect(() => toCell(Buffer.from([1]))).to.throw('ORA-01461');
    expect(() => toCell(true)).to.throw('ORA-00932');
    expect(toCell(oracle.encode('bytes', Buffer.from([1])))).to.deep.equal(Buffer.from([1]));
  });

  it('have a size in an array bind, also where every row has nothing, and go ahead of it only when they are long', () => {
    const rows = (kind: ColumnKind, ...values: unknown[]) =>
      bindDefsOf(
        values.map((value) => [oracle.encode(kind, value) as TypedBind]),
        true,
      );
    expect(rows('text', null, '')).to.deep.equal([{ type: oracledb.DB_TYPE_VARCHAR, maxSize: 1 }]);
    expect(rows('text', 'a', '长长')).to.deep.equal([{ type: oracledb.DB_TYPE_VARCHAR, maxSize: 6 }]);
    expect(rows('bytes', null)).to.deep.equal([{ type: oracledb.DB_TYPE_RAW, maxSize: 1 }]);
    expect(rows('clob', 'x'.repeat(4_000))).to.deep.equal([
      { type: oracledb.DB_TYPE_VARCHAR, maxSize: 4_000 },
    ]);
    expect(rows('clob', 'a', 'x'.repeat(4_001))).to.deep.equal([{ type: oracledb.DB_TYPE_CLOB }]);
    expect(rows('sealed', Buffer.alloc(2_001, 1))).to.deep.equal([{ type: oracledb.DB_TYPE_BLOB }]);
    expect(rows('int', 7)).to.deep.equal([{ type: oracledb.DB_TYPE_NUMBER }]);
    const [kept] = bindDefsOf([[oracle.encode('clob', 'a') as TypedBind]], false);
    expect(kept).to.deep.equal({ type: oracledb.DB_TYPE_CLOB });
  });

  it('pass the driver’s own look at them', async () => {
    const driver = Object.create(driverConnection()) as {
      _processExecuteManyBinds(rows: unknown[][], bindDefs: object[]): Promise<unknown>;
    };
    const rows = [KINDS, KINDS.map(([kind]) => [kind, null] as const)].map((row) =>
      row.map(([kind, value]) => oracle.encode(kind, value) as TypedBind),
    );
    for (const some of [rows, rows.slice(1)]) {
      const values = some.map((row) => row.map(({ val }) => val));
      await driver._processExecuteManyBinds(values, bindDefsOf(some, true));
    }
  });
});
