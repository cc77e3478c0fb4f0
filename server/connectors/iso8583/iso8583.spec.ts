import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { buildHost, codeOf, PEER, type BuiltHost } from '../../test/support/connector-host.ts';
import { iso8583Connector } from './index.ts';
import { formsOf, type IsoConfig, type IsoOperation } from './iso8583.config.ts';
import { ISO_BYTES_MAX, LengthReader, packMessage, parseMessage, type Packing } from './iso8583.message.ts';

const CALL = { timeoutMs: 2_000, correlationId: '01900000-0000-7000-8000-000000000001' };
const ASCII: Packing = {
  ...{ digits: 'ascii', bitmap: 'binary', oddSide: 'left', charset: 'latin1', lengthBytes: 2 },
  ...{ lengthForm: 'binary', isLengthInclusive: false, header: '' },
};
const forms = formsOf({ forms: {} });
const VALUES = { 2: '622202020000111', 3: '310000', 11: '000001', 41: 'T1', 43: '王', 70: '301', 102: 'A-1' };

describe('messages of ISO 8583', () => {
  it('are packed as the standard says', () => {
    const bytes = packMessage('0200', { 2: '62220', 3: '310000', 41: 'T1' }, { packing: ASCII, forms });
    const body = `0200\u0060\u0000\u0000\u0000\u0000\u0080\u0000\u0000${'0562220310000T1      '}`;
    expect(bytes.toString('latin1')).to.equal(`\u0000${String.fromCharCode(body.length)}${body}`);
    const bcd = { ...ASCII, digits: 'bcd', lengthForm: 'bcd', header: '6000000000' } as const;
    const packed = packMessage('0200', { 2: '62220', 3: '310000' }, { packing: bcd, forms });
    expect(packed.toString('hex')).to.equal(
      '0022' + '6000000000' + '0200' + '6000000000000000' + '05062220' + '310000',
    );
    const right = packMessage('0200', { 2: '62220' }, { packing: { ...bcd, oddSide: 'right' }, forms });
    expect(right.toString('hex')).to.match(/05622200$/);
  });

  it('come back as they went, however they are packed and cut', () => {
    const packings: Packing[] = [
      { ...ASCII, charset: 'gb18030' },
      { ...ASCII, charset: 'utf-8', bitmap: 'hex', lengthForm: 'ascii', lengthBytes: 4 },
      { ...ASCII, charset: 'gb18030', digits: 'bcd', isLengthInclusive: true, header: '6000030000' },
      { ...ASCII, charset: 'gb18030', digits: 'bcd', oddSide: 'right', lengthForm: 'bcd' },
    ];
    for (const packing of packings) {
      const bytes = packMessage('0200', VALUES, { packing, forms });
      for (const size of [1, 3, bytes.length * 2]) {
        const reader = new LengthReader(packing);
        const found: Buffer[] = [];
        const twice = Buffer.concat([bytes, bytes]);
        for (let at = 0; at < twice.length; at += size)
          found.push(...reader.push(twice.subarray(at, at + size)));
        expect(found).to.have.length(2);
        for (const one of found)
          expect(parseMessage(one, { packing, forms })).to.deep.equal({ mti: '0200', fields: VALUES });
      }
    }
  });

  it('that are cut, too long, or hold what nobody declared, are refused', async () => {
    const fault = (bytes: Buffer) =>
      codeOf(Promise.resolve().then(() => parseMessage(bytes, { packing: ASCII, forms })));
    const whole = packMessage('0200', VALUES, { packing: { ...ASCII, charset: 'gb18030' }, forms }).subarray(
      2,
    );
    for (let end = 0; end < whole.length; end += 1)
      expect(await fault(whole.subarray(0, end)), String(end)).to.match(/^connector\.schema/);
    expect(await fault(Buffer.concat([whole, Buffer.of(0x20)]))).to.equal('connector.schema message');
    const unknown = Buffer.from('0210\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0020x', 'latin1');
    expect(await fault(unknown)).to.equal('connector.schema field');
    expect(
      await fault(Buffer.from('0210\u0040\u0000\u0000\u0000\u0000\u0000\u0000\u000099', 'latin1')),
    ).to.equal('connector.schema message');
    const frame = (bytes: Buffer) =>
      codeOf(Promise.resolve().then(() => new LengthReader(ASCII).push(bytes)));
    expect(await frame(Buffer.of(0xff, 0xff))).to.equal('egress.too_large frame');
    expect(await frame(Buffer.of(0, 0))).to.equal('connector.schema frame');
    const digits = new LengthReader({ ...ASCII, lengthForm: 'ascii', lengthBytes: 4 });
    expect(await codeOf(Promise.resolve().then(() => digits.push(Buffer.from('HTTP'))))).to.equal(
      'connector.schema frame',
    );
    expect(ISO_BYTES_MAX).to.be.lessThan(0xffff);
  });

  it('take no value that does not fit its field', () => {
    const bad: Record<number, string>[] = [
      { 2: '12345678901234567890' },
      { 2: 'a1' },
      { 41: 'much too long' },
      { 64: 'zz' },
      { 64: '00' },
      { 127: 'x' },
      { 43: '王' },
    ];
    for (const fields of bad)
      expect(() => packMessage('0200', fields, { packing: ASCII, forms }), JSON.stringify(fields)).to.throw();
  });
});

describe('a card host', () => {
  const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
  let core: Core;
  let built: BuiltHost;
  let config: IsoConfig;
  let stop: () => Promise<void>;
  let answer: (fields: Record<string, string>, socket: Socket) => void;
  let asked: { mti: string; fields: Record<string, string> }[];
  const pack = (fields: Record<string, string>, mti = '0210') =>
    packMessage(mti, fields, { packing: ASCII, forms });
  before(async () => {
    core = await buildCore({ clock });
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      const reader = new LengthReader(ASCII);
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        for (const one of reader.push(bytes)) {
          const got = parseMessage(one, { packing: ASCII, forms });
          asked.push(got as (typeof asked)[number]);
          answer(got.fields as Record<string, string>, socket);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    built = buildHost(core, clock, { ports: [port], protocols: ['tcp'] });
    const [preset] = iso8583Connector.presets;
    if (preset === undefined) throw new Error('The module ships no settings.');
    config = { ...preset.config, host: PEER, port, isTls: false };
    stop = async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    };
  });
  after(async () => {
    built.close();
    await stop();
    await core.close();
  });
  beforeEach(() => {
    asked = [];
  });
  const ask = (timeoutMs = 2_000) =>
    built
      .open(iso8583Connector, config)
      .run('account.list', { card: '6222020200001111' }, { ...CALL, timeoutMs });
  const echo = ({ 11: stan = '', 37: reference = '' }: Record<string, string>) => ({
    11: stan,
    37: reference,
  });

  it('is asked with the id of the call as trace number and reference', async () => {
    answer = (fields, socket) => void socket.write(pack({ ...echo(fields), 39: '00' }));
    await ask();
    expect(asked[0]).to.deep.equal({
      mti: '0200',
      fields: {
        ...{ 2: '6222020200001111', 3: '310000', 7: '0601080000', 11: '000002', 12: '160000', 13: '0601' },
        ...{ 22: '012', 25: '00', 37: '000000000001', 41: 'VDESK001', 49: '156' },
      },
    });
  });

  it('is heard only when it answers us', async () => {
    answer = (fields, socket) => {
      const own = echo(fields);
      socket.write(pack({ ...own, 39: '05' }, '0110'));
      socket.write(pack({ ...own, 11: '999999', 39: '05' }));
      socket.write(pack({ ...own, 37: 'SOMEBODY', 39: '05' }));
      socket.write(pack({ ...own, 39: '00', 54: '1002392C000000012345' }));
    };
    const { items } = await ask();
    expect(items[0]).to.deep.include({
      balances: [{ account: '10', kind: '02', currency: '392', amount: '12345' }],
    });
    answer = (fields, socket) => {
      for (let stray = 0; stray < 30; stray += 1) socket.write(pack({ ...echo(fields), 11: '999999' }));
    };
    expect(await codeOf(ask())).to.equal('connector.schema stray');
  });

  it('refuses with a reason', async () => {
    const cases: Record<string, string> = {
      '14': 'no error',
      '25': 'no error',
      '05': 'connector.remote_refused code',
      '57': 'connector.forbidden code',
      '19': 'connector.overloaded code',
      '91': 'connector.remote_error code',
    };
    for (const [code, expected] of Object.entries(cases)) {
      answer = (fields, socket) => void socket.write(pack({ ...echo(fields), 39: code }));
      expect(await codeOf(ask()), code).to.equal(expected);
    }
    answer = (fields, socket) => void socket.write(pack({ ...echo(fields), 39: '00', 54: '1'.repeat(20) }));
    expect(await codeOf(ask())).to.equal('connector.schema amounts');
  });

  it('that hangs up or never answers is left in time', async () => {
    answer = (_fields, socket) => void socket.end(Buffer.of(0, 50, 0x30));
    expect(await codeOf(ask())).to.equal('egress.unreachable cut');
    answer = () => undefined;
    const startedMs = performance.now();
    expect(await codeOf(ask(300))).to.equal('egress.timeout deadline');
    expect(performance.now() - startedMs).to.be.within(290, 600);
  });

  it('is never told to move money', async () => {
    const [operation] = config.operations as [IsoOperation];
    const { fields } = operation;
    const bad: Partial<IsoOperation>[] = [
      { fields: { ...fields, 3: '000000' } },
      { fields: { ...fields, 3: '400000' } },
      { fields: { ...fields, 3: '{card}' } },
      { fields: { ...fields, 3: '3{card}' } },
      { fields: { ...fields, 4: '000000000001' } },
      { fields: { ...fields, 4: '{card}' } },
      { fields: { ...fields, 28: 'C00000001' } },
      { fields: { ...fields, 52: '0000000000000000' } },
      { fields: { ...fields, 35: '6222=2912' } },
      { fields: { 2: '{card}' } },
      { mti: '0800' },
      { isReadOnly: false, idempotency: 'none' },
      { fields: { ...fields, 48: '{secret.x}' } },
      { fields: { ...fields, 127: 'x' } },
    ];
    for (const more of bad) {
      const settings = { ...config, operations: [{ ...operation, ...more } as IsoOperation] };
      expect(
        await codeOf(Promise.resolve().then(() => iso8583Connector.assertConfig(settings))),
        JSON.stringify(more),
      ).to.match(/^connector\.config_invalid/);
    }
    const zero = { ...config, operations: [{ ...operation, fields: { ...fields, 4: '000000000000' } }] };
    iso8583Connector.assertConfig(zero);
    for (const mti of ['0220', '0400', '0420', '0210'])
      await built
        .add('iso8583', { ...config, operations: [{ ...operation, mti }] })
        .then(() => expect.fail(mti))
        .catch((error: { code?: string }) => expect(error.code).to.equal('connector.config_invalid'));
  });
});
