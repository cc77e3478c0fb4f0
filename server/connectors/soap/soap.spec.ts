import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import {
  buildHost,
  codeOf,
  PEER,
  startHttpPeer,
  type BuiltHost,
  type HttpPeer,
} from '../../test/support/connector-host.ts';
import { elementToRaw, encodeText, parseXmlText } from '../kit/index.ts';
import { soapConnector } from './index.ts';
import type { SoapConfig, SoapOperation } from './soap.config.ts';

const CALL = { timeoutMs: 2_000, correlationId: '01900000-0000-7000-8000-000000000001' };
const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';
const NEWER = 'http://www.w3.org/2003/05/soap-envelope';
const around = (body: string, name = ENVELOPE) =>
  `<e:Envelope xmlns:e="${name}"><e:Body>${body}</e:Body></e:Envelope>`;
const raw = (text: string) => elementToRaw(parseXmlText(text));
const xmlCode = (text: string) => codeOf(Promise.resolve().then(() => parseXmlText(text)));

describe('documents of other systems', () => {
  it('are values by name, lists where a name comes again, texts with every digit', () => {
    expect(
      raw('<?xml version="1.0"?><!-- c --><a><b>0.370</b><b> 2 </b><c x="1">t</c><d/></a>'),
    ).to.deep.equal({
      b: ['0.370', '2'],
      c: { '@x': '1', $: 't' },
      d: '',
    });
    expect(raw('<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><b i:nil="true"/></a>')).to.deep.equal(
      {
        b: null,
      },
    );
    expect(raw('<记录><姓名>王&amp;李</姓名></记录>')).to.deep.equal({ 姓名: '王&李' });
    expect(raw('<a><![CDATA[<b>&amp;</b>]]></a>')).to.equal('<b>&amp;</b>');
    expect(raw('<a><__proto__>1</__proto__></a>')).to.have.own.property('__proto__');
  });

  it('are refused with document types, entities, instructions, and without an end', async () => {
    const lol = '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c "&b;&b;">]><a>&c;</a>';
    const bad = [
      lol,
      '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
      '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1/">]><a>&x;</a>',
      '<a>&x;</a>',
      '<a><?php x ?></a>',
      '<a><b></a>',
      '<a/><b/>',
      'text',
      '',
      '<a><![CDATA[x</a>',
      '<a><!-- x</a>',
      '<a b="<"/>',
      `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`,
      '<a>\u0000</a>',
    ];
    for (const text of bad) expect(await xmlCode(text), text.slice(0, 60)).to.equal('connector.schema xml');
  });

  it('of five megabytes are read in bounded time', () => {
    const text = `<a>${'<b><![CDATA[x]]></b>'.repeat(90_000)}</a>`;
    const startedMs = performance.now();
    expect((raw(text) as { b: string[] }).b).to.have.length(90_000);
    expect(performance.now() - startedMs).to.be.lessThan(10_000);
  });
});

describe('a system with SOAP', () => {
  const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
  let core: Core;
  let peer: HttpPeer;
  let built: BuiltHost;
  let config: SoapConfig;
  before(async () => {
    core = await buildCore({ clock });
  });
  after(() => core.close());
  beforeEach(async () => {
    peer = await startHttpPeer();
    built = buildHost(core, clock, { ports: [peer.port] });
    const [preset] = soapConnector.presets;
    if (preset === undefined) throw new Error('The module ships no settings.');
    config = { ...preset.config, baseUrl: `https://${PEER}:${peer.port}/services/account` };
  });
  afterEach(async () => {
    built.close();
    await peer.stop();
  });
  const open = (more: Partial<SoapConfig> = {}, operation: Partial<SoapOperation> = {}) => {
    const [known] = config.operations as [SoapOperation];
    const settings = { ...config, ...more, operations: [{ ...known, ...operation } as SoapOperation] };
    return built.open(soapConnector, settings, { password: 'p&<' });
  };
  const say = (text: string | Buffer, { status = 200, type = 'text/xml; charset=utf-8' } = {}) => {
    peer.answer = (_got: unknown, response: ServerResponse) =>
      void response.writeHead(status, { 'content-type': type }).end(text);
  };
  const ask = (session = open()) => session.run('account.list', { customer: 'K1' }, CALL);
  const ok = (inner: string) =>
    around(`<r:listResponse xmlns:r="urn:r"><code>0000</code>${inner}</r:listResponse>`);

  it('is sent a fixed envelope in which a value is only a value', async () => {
    say(ok(''));
    const hostile = '</a:customer><a:all/>&x;<![CDATA["';
    await open().run('account.list', { customer: hostile }, CALL);
    const [got] = peer.received;
    const body = got?.body ?? '';
    expect(got?.headers['soapaction']).to.equal('"urn:bank:account:list"');
    expect(got?.headers['content-type']).to.equal('text/xml; charset=utf-8');
    expect(got?.headers['x-correlation-id']).to.equal(CALL.correlationId);
    const sent = raw(body) as { Body: { list: Record<string, string> }; Header: { Security: object } };
    expect(sent.Body.list['customer']).to.equal(hostile);
    expect(sent.Body.list['serial']).to.equal(CALL.correlationId);
    expect(sent.Header.Security).to.have.keys('@mustUnderstand', 'Timestamp', 'UsernameToken');
    expect(body).not.to.include('p&').and.not.include('p&amp;');
    await open({ version: '1.2', security: 'text' }).run('account.list', { customer: '1' }, CALL);
    expect(peer.received[1]?.headers['content-type']).to.equal(
      'application/soap+xml; charset=utf-8; action="urn:bank:account:list"',
    );
    expect(peer.received[1]?.headers).not.to.have.property('soapaction');
    expect(peer.received[1]?.body).to.include('PasswordText">p&#38;&#60;</w:Password>');
  });

  it('gives the digest of the standard’s formula', async () => {
    say(ok(''));
    await ask();
    const sent = peer.received[0]?.body ?? '';
    const at = (name: string) =>
      new RegExp(`<[wu]:${name}[^>]*>([^<]*)<`).exec(sent.slice(sent.indexOf('UsernameToken')))?.[1];
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha1').update(Buffer.from(at('Nonce') ?? '', 'base64'));
    expect(at('Password')).to.equal(hash.update(`${at('Created')}p&<`).digest('base64'));
    expect(sent).to.include('<u:Expires>2026-06-01T08:05:00.000Z</u:Expires>');
  });

  it('answers with one record, many, and a document inside the document', async () => {
    say(ok('<account><number>1</number></account>'));
    expect((await ask()).items).to.deep.equal([{ number: '1' }]);
    say(ok('<account><number>1</number></account><account><number>2</number></account>'));
    expect((await ask()).items).to.have.length(2);
    const inside = '<?xml version="1.0" encoding="GBK"?><data><row><n>王</n></row><row><n>2</n></row></data>';
    say(around(`<r><return><![CDATA[${inside}]]></return></r>`));
    const hospital = open({}, { inside: 'r.return', records: 'data.row', code: undefined } as never);
    expect((await ask(hospital)).items).to.deep.equal([{ n: '王' }, { n: '2' }]);
    say(around('<r><return/></r>'));
    expect((await ask(hospital)).items).to.deep.equal([]);
    say(around('<r><return><![CDATA[<!DOCTYPE a><a/>]]></return></r>'));
    expect(await codeOf(ask(hospital))).to.equal('connector.schema xml');
  });

  it('is read in the charset its document declares when the header names none', async () => {
    const text = `<?xml version="1.0" encoding="GBK"?>${ok('<account><number>王</number></account>')}`;
    say(encodeText(text, 'gb18030'), { type: 'text/xml' });
    expect((await ask()).items).to.deep.equal([{ number: '王' }]);
    say(encodeText(text, 'gb18030'));
    expect(await codeOf(ask())).to.equal('connector.schema charset');
  });

  it('has its faults told apart', async () => {
    const fault = (code: string, detail = '') =>
      around(`<e:Fault><faultcode>${code}</faultcode><faultstring>x</faultstring>${detail}</e:Fault>`);
    const newer = (code: string, sub: string) =>
      around(
        `<e:Fault><e:Code><e:Value>e:${code}</e:Value><e:Subcode><e:Value>w:${sub}</e:Value></e:Subcode></e:Code></e:Fault>`,
        NEWER,
      );
    const operation = {
      faultPath: 'Error.Code',
      faults: { absent: ['E1'], forbidden: ['E2'], busy: ['E3'] },
    };
    const cases: [string, string][] = [
      [fault('e:Server'), 'connector.remote_error fault'],
      [fault('e:Client'), 'connector.remote_refused fault'],
      [fault('w:FailedAuthentication'), 'connector.auth_failed fault'],
      [newer('Receiver', 'Timeout'), 'connector.remote_error fault'],
      [newer('Sender', 'InvalidSecurity'), 'connector.auth_failed fault'],
      [fault('e:Server', '<detail><Error><Code>E2</Code></Error></detail>'), 'connector.forbidden fault'],
      [fault('e:Server', '<detail><Error><Code>E3</Code></Error></detail>'), 'connector.overloaded fault'],
      [
        fault('e:Server', '<detail><Error><Code>E9</Code></Error></detail>'),
        'connector.remote_refused fault',
      ],
      [fault('e:Client', '<detail><Error><Code>E1</Code></Error></detail>'), 'no error'],
    ];
    for (const [text, code] of cases) {
      say(text, { status: 500 });
      expect(await codeOf(ask(open({}, operation))), text).to.equal(code);
    }
  });

  it('refuses what is no answer, with a reason', async () => {
    const html = { type: 'text/html; charset=utf-8' };
    const cases: [string, { status?: number; type?: string }, string][] = [
      ['<html/>', html, 'connector.schema html'],
      ['<html/>', { ...html, status: 500 }, 'connector.remote_error server'],
      ['<html/>', { ...html, status: 401 }, 'connector.auth_failed unauthorised'],
      ['<a/>', {}, 'connector.schema envelope'],
      [around('').replace(ENVELOPE, 'urn:other'), {}, 'connector.schema envelope'],
      [`<e:Envelope xmlns:e="${ENVELOPE}"><e:Body/><e:Body/></e:Envelope>`, {}, 'connector.schema envelope'],
      [ok('').slice(0, -20), {}, 'connector.schema xml'],
      [`<!DOCTYPE a SYSTEM "file:///etc/passwd">${ok('')}`, {}, 'connector.schema xml'],
      [ok('').replace('0000', '9001'), {}, 'connector.auth_failed code'],
      [ok('').replace('0000', '7777'), {}, 'connector.remote_refused code'],
      [ok(''), { status: 503 }, 'connector.overloaded overloaded'],
    ];
    for (const [text, how, code] of cases) {
      say(text, how);
      expect(await codeOf(ask()), text.slice(0, 60)).to.equal(code);
    }
  });

  it('tells what became of a write', async () => {
    const operation: Partial<SoapOperation> = {
      ...{ name: 'ticket.create', isReadOnly: false, idempotency: 'none' },
      inquiry: { action: 'urn:q', body: '<q>{key}</q>', donePath: 'r.id' },
    };
    const call = { ...CALL, key: 'k-1' };
    say(around('<r><id>7</id></r>'));
    expect(await open({}, operation).inquire?.('ticket.create', {}, call)).to.equal('done');
    expect(peer.received[0]?.body).to.include('<q>k-1</q>');
    say(around('<r/>'));
    expect(await open({}, operation).inquire?.('ticket.create', {}, call)).to.equal('absent');
  });

  it('takes no settings whose body is not one element, or names what is not there', async () => {
    const bad: Partial<SoapOperation>[] = [
      { body: 'text' },
      { body: '<a/><b/>' },
      { body: '<a>{customer}' },
      { body: '<!DOCTYPE a><a/>' },
      { body: '<a>{nobody}</a>' },
      { body: '<a>{secret.password}</a>' },
      { isReadOnly: false, idempotency: 'key' },
      { faults: { done: ['x'] } },
    ];
    for (const more of bad)
      expect(await codeOf(Promise.resolve().then(() => open({}, more))), JSON.stringify(more)).to.match(
        /^connector\.config_invalid/,
      );
    const [preset] = soapConnector.presets;
    const { user: _user, ...nameless } = preset?.config as SoapConfig;
    expect(() => soapConnector.assertConfig(nameless)).to.throw();
  });
});
