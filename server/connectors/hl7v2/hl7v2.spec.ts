import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { AGENT, buildHost, codeOf, PEER, type BuiltHost } from '../../test/support/connector-host.ts';
import { decodeText, encodeText } from '../kit/index.ts';
import { hl7v2Connector } from './index.ts';
import { frame, FrameReader, MESSAGE_BYTES_MAX } from './hl7v2.frame.ts';
import { escapeValue, parseMessage, textAt, toRecord } from './hl7v2.message.ts';
import type { Hl7Config, Hl7Operation } from './hl7v2.config.ts';

const CALL = { timeoutMs: 2_000, correlationId: '01900000-0000-7000-8000-000000000001' };
const MSH = (charset = '') => `MSH|^~\\&|HIS|H|VD|S|20260601||RSP^K22|ACK|P|2.5||||||${charset}`;
const read = (text: string, charset = 'utf-8') => parseMessage(encodeText(text, charset), 'utf-8');

describe('messages of HL7 v2', () => {
  it('are taken out of a connection however they are cut', () => {
    const bytes = Buffer.concat([frame(Buffer.from('one')), Buffer.from('\r\n'), frame(Buffer.from('two'))]);
    for (let size = 1; size <= bytes.length; size += 1) {
      const reader = new FrameReader();
      const found: string[] = [];
      for (let at = 0; at < bytes.length; at += size)
        found.push(...reader.push(bytes.subarray(at, at + size)).map(String));
      expect(found).to.deep.equal(['one', 'two']);
      expect(reader.isInside).to.equal(false);
    }
  });

  it('are refused when their frame is none', async () => {
    const fault = (bytes: Buffer) => codeOf(Promise.resolve().then(() => new FrameReader().push(bytes)));
    expect(await fault(Buffer.from('HTTP/1.1 400'))).to.equal('connector.schema frame');
    expect(await fault(Buffer.from('\u000ba\u001cb'))).to.equal('connector.schema frame');
    expect(await fault(Buffer.from('\u000ba\u000bb'))).to.equal('connector.schema frame');
    expect(await fault(Buffer.concat([Buffer.of(0x0b), Buffer.alloc(MESSAGE_BYTES_MAX + 1, 0x20)]))).to.equal(
      'egress.too_large frame',
    );
  });

  it('are read in the charset of MSH-18, before anything is parted', () => {
    // Second bytes of 縗 and of 乣 look like a vertical line and a circumflex.
    for (const [charset, word] of [
      ['gb18030', 'GB 18030-2000'],
      ['utf-8', 'UNICODE UTF-8'],
      ['big5', 'BIG-5'],
    ] as const) {
      const name = charset === 'gb18030' ? '縗乣王㐀𠀀' : '王小明';
      const message = read(
        `MSH|^~\\&|${name}|H|VD|S|||RSP|ACK|P|2.5||||||${word}\rPID|||1||${name}^x`,
        charset,
      );
      expect(message.charset).to.equal(charset);
      expect(textAt(message, 'MSH', 3)).to.equal(name);
      expect(textAt(message, 'PID', 5)).to.equal(name);
    }
    const unnamed = parseMessage(encodeText(`${MSH()}\rPID|||1||王`, 'gb18030'), 'gb18030');
    expect(textAt(unnamed, 'PID', 5)).to.equal('王');
  });

  it('in a charset nobody reads, or in another than they say, are refused', async () => {
    const fault = (bytes: Buffer) => codeOf(Promise.resolve().then(() => parseMessage(bytes, 'utf-8')));
    expect(await fault(Buffer.from(MSH('KS X 1001')))).to.equal('connector.schema charset');
    expect(await fault(encodeText(`${MSH('UNICODE UTF-8')}\rPID|||1||王小明`, 'gb18030'))).to.equal(
      'connector.schema charset',
    );
    for (const text of ['', 'PID|1', 'MSH', 'MSH|^^\\&|', 'MSHabcde|'])
      expect(await fault(Buffer.from(text)), text).to.equal('connector.schema message');
    expect(await fault(Buffer.from(`${MSH()}\rpid|1`))).to.equal('connector.schema segments');
  });

  it('are parted by their own separators, and unescaped', () => {
    const message = read('MSH#*~!@#A#H\rPID###1*2@3~4##O!T!B!S!C!F!D!X0D!!.br!E!Z1!');
    expect(toRecord(message.segments.slice(1), message)).to.deep.equal({
      PID: [{ f3: [{ c1: '1', c2: '2', c2s2: '3' }, { c1: '4' }], f5: [{ c1: 'O@B*C#D\r\nE' }] }],
    });
    const hostile = 'a|b^c&d~e\\f\r\nPID|2 王';
    const again = read(`${MSH()}\rNTE|1||${escapeValue(hostile)}`);
    expect(again.segments).to.have.length(2);
    expect(textAt(again, 'NTE', 3)).to.equal(hostile);
  });

  it('write every character of GB 18030 that they read, but private ones', () => {
    const text = Array.from({ length: 0xfffd }, (_, code) => String.fromCodePoint(code))
      .filter((one) => !/[\ud800-\udfff\ue000-\uf8ff]/.test(one))
      .join('');
    const whole = `${text}𠀀\u{10ffff}`;
    expect(decodeText(encodeText(whole, 'gb18030'), 'gb18030') === whole).to.equal(true);
    expect(encodeText('王', 'gb18030').toString('hex')).to.equal('cdf5');
    expect(() => encodeText('王', 'latin1')).to.throw();
  });
});

/** A hospital of our own making, for what a whole one does not do. */
interface Hospital {
  port: number;
  received: string[];
  answer: (got: string, id: string, socket: Socket) => void;
  stop(): Promise<void>;
}

async function startHospital(): Promise<Hospital> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const reader = new FrameReader();
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const whole of reader.push(bytes)) {
        const text = decodeText(whole, 'gb18030');
        hospital.received.push(text);
        hospital.answer(text, text.split('|')[9] ?? '', socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hospital: Hospital = {
    ...{ port: (server.address() as AddressInfo).port, received: [] },
    answer: () => undefined,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
  return hospital;
}

const found = (id: string, ...lines: string[]) =>
  frame(encodeText([MSH('GB 18030-2000'), `MSA|AA|${id}`, ...lines, ''].join('\r'), 'gb18030'));

describe('a hospital that speaks HL7 v2', () => {
  const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
  let core: Core;
  let built: BuiltHost;
  let hospital: Hospital;
  let config: Hl7Config;
  before(async () => {
    core = await buildCore({ clock });
  });
  after(() => core.close());
  beforeEach(async () => {
    hospital = await startHospital();
    built = buildHost(core, clock, { ports: [hospital.port], protocols: ['mllp'] });
    const [preset] = hl7v2Connector.presets;
    if (preset === undefined) throw new Error('The module ships no settings.');
    config = { ...preset.config, host: PEER, port: hospital.port, isTls: false };
  });
  afterEach(async () => {
    built.close();
    await hospital.stop();
  });
  const open = (more: Partial<Hl7Config> = {}) => built.open(hl7v2Connector, { ...config, ...more });
  const ask = (more: Partial<Hl7Config> = {}) => open(more).run('customer.find', { number: 'K|1' }, CALL);
  const WRITE: Hl7Operation = {
    name: 'ticket.create',
    title: { zh: '登记', en: 'Register' },
    ...{ isReadOnly: false, idempotency: 'key', isMany: false, purposes: ['ticket'], output: {} },
    input: { subject: {} },
    message: 'MDM^T02^MDM_T02',
    segments: ['EVN||{now}', 'TXA|1|CN', 'OBX|1|TX|1||{subject}'],
    ...{ reference: 'MSA.f3.c1', doneCodes: ['205'] },
  };

  it('is asked in its charset, and what it says comes back masked', async () => {
    hospital.answer = (_got, id, socket) =>
      void socket.write(found(id, 'QAK|q|OK', 'PID|1||K1||王^小明||||||||13812345678'));
    const id = await built.add('hl7v2', config);
    const { records, correlationId } = await built.lookup(id, 'customer.find', { number: 'K|1' });
    expect(records).to.deep.equal([{ number: 'K1', family: '*', given: '小*', phone: '138****5678' }]);
    const [asked = ''] = hospital.received;
    const header = asked.split('\r')[0]?.split('|');
    expect(header?.[9]).to.equal(correlationId.replaceAll('-', '').slice(-20));
    expect(header?.[6]).to.equal('20260601160000+0800');
    expect(header?.[17]).to.equal('GB 18030-2000');
    expect(asked).to.include(`|${correlationId}|@PID.3.1^K\\F\\1`);
  });

  it('is answered by MSA-2, whatever MSH-10 says and whatever else comes', async () => {
    hospital.answer = (_got, id, socket) => {
      socket.write(found('somebody-else', 'QAK|q|OK', 'PID|1||OTHER'));
      const whole = found(id, 'QAK|q|OK', 'PID|1||K1', 'PV1|1|O', 'PID|2||K2');
      for (const byte of whole) socket.write(Buffer.of(byte));
    };
    const { items } = await ask();
    expect(items).to.have.length(2);
    expect(items[0]).to.have.keys('PID', 'PV1');
    hospital.answer = (_got, _id, socket) => {
      for (let stray = 0; stray < 30; stray += 1) socket.write(found(`stray-${stray}`));
    };
    expect(await codeOf(ask())).to.equal('connector.schema ack');
  });

  it('says that there is none, in each of its ways', async () => {
    const nothing = [
      (id: string) => found(id, 'QAK|q|NF'),
      (id: string) => found(id, 'QAK|q|OK'),
      (id: string) => frame(Buffer.from(`${MSH()}\rMSA|AE|${id}\rERR||PID|204^unknown|E\r`)),
    ];
    for (const answer of nothing) {
      hospital.answer = (_got, id, socket) => void socket.write(answer(id));
      expect((await ask()).items).to.deep.equal([]);
    }
  });

  it('refuses with a reason', async () => {
    const refusals: Record<string, string> = {
      'MSA|AE|{id}': 'connector.remote_refused ae',
      'MSA|AR|{id}': 'connector.remote_refused ar',
      'MSA|AE|{id}\rERR|||206^locked|E': 'connector.overloaded locked',
      'MSA|AR|{id}\rERR|^^^207&internal': 'connector.remote_error server',
      'MSA|AA|{id}\rQAK|q|AE': 'connector.remote_refused aa',
      'MSA|XX|{id}': 'connector.schema ack',
      'PID|1': 'connector.schema ack',
    };
    for (const [text, code] of Object.entries(refusals)) {
      hospital.answer = (_got, id, socket) =>
        void socket.write(frame(Buffer.from(`${MSH()}\r${text.replace('{id}', id)}\r`)));
      expect(await codeOf(ask()), text).to.equal(code);
    }
  });

  it('that hangs up, stops in half a frame, or never answers, is left in time', async () => {
    hospital.answer = (_got, _id, socket) => void socket.end(Buffer.from('\u000bMSH|^~\\&|'));
    expect(await codeOf(ask())).to.equal('egress.unreachable cut');
    for (const half of ['\u000bMSH|^~\\&|', '']) {
      hospital.answer = (_got, _id, socket) => void socket.write(half);
      const startedMs = performance.now();
      const call = open().run('customer.find', { number: '1' }, { ...CALL, timeoutMs: 300 });
      expect(await codeOf(call)).to.equal('egress.timeout deadline');
      expect(performance.now() - startedMs).to.be.within(290, 400);
    }
    hospital.answer = (_got, _id, socket) => void socket.write('SSH-2.0-OpenSSH_9\r\n');
    expect(await codeOf(ask())).to.equal('connector.schema frame');
  });

  it('proves itself by any answer, and tells a rejection', async () => {
    hospital.answer = (_got, id, socket) => void socket.write(found(id));
    await open().check(CALL);
    expect(hospital.received[0]).to.include('|NMD^N02^NMD_N02|').and.include('NCK|20260601160000+0800');
    hospital.answer = (_got, id, socket) => void socket.write(frame(Buffer.from(`${MSH()}\rMSA|AR|${id}\r`)));
    expect(await codeOf(open().check(CALL))).to.equal('connector.remote_refused ar');
  });

  it('gets the same MSH-10 on every try of a write, and one effect', async () => {
    const done = new Map<string, string>();
    let lost = 0;
    hospital.answer = (_got, id, socket) => {
      if (done.has(id))
        return void socket.write(frame(Buffer.from(`${MSH()}\rMSA|AE|${id}|R-1\rERR|||205|E\r`)));
      done.set(id, 'R-1');
      lost += 1;
      socket.destroy();
    };
    const write = { ...config, operations: [WRITE] };
    const session = built.open(hl7v2Connector, write);
    const call = { ...CALL, key: '01900000-0000-7000-8000-0000000000aa' };
    expect(await codeOf(session.run('ticket.create', { subject: 'a\nb' }, call))).to.equal(
      'egress.unreachable cut',
    );
    expect((await session.run('ticket.create', { subject: 'a\nb' }, call)).reference).to.equal('R-1');
    expect([lost, done.size]).to.deep.equal([1, 1]);
    expect(hospital.received[0]?.split('|')[9]).to.equal(hospital.received[1]?.split('|')[9]);
    expect(hospital.received[0]).to.include('OBX|1|TX|1||a\\X0A\\b\r');
  });

  it('is not called where no rule leads', async () => {
    const closed = buildHost(core, clock, { ports: [], protocols: ['mllp'] });
    const id = await closed.add('hl7v2', config);
    const call = closed.lookup(id, 'customer.find', { number: '1' }, { actor: AGENT });
    expect(await codeOf(call)).to.equal('egress.refused no_rule');
    expect(hospital.received).to.deep.equal([]);
    closed.close();
  });

  it('takes no settings that would break its own frame', async () => {
    const [operation] = config.operations as [Hl7Operation];
    const bad = [
      { segments: ['MSH|^~\\&|'] },
      { segments: ['PID|1\rMSH|'] },
      { segments: ['PID|{nobody}'] },
      { segments: ['PID|{secret.token}'] },
      { doneCodes: ['205'] },
    ];
    for (const more of bad) {
      const settings = { ...config, operations: [{ ...operation, ...more }] };
      expect(await codeOf(Promise.resolve().then(() => hl7v2Connector.assertConfig(settings)))).to.match(
        /^connector\.config_invalid/,
      );
    }
  });
});
