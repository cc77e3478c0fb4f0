import { expect } from 'chai';
import { AppError, type ErrorCode } from '../kernel/index.ts';
import { CONNECTOR_KINDS, PURPOSES, WELL_KNOWN, type AnyConnector, type ConnectorIo } from './connector.ts';
import { assertMappings } from './host/records.ts';
import { createSchemaCheck } from './host/schema-check.ts';
import { CONNECTORS } from './index.ts';

const SECRET = 'c0ntract-s3cret';
const EGRESS_FAULTS = [
  ...['egress.refused', 'egress.unreachable', 'egress.timeout', 'egress.tls', 'egress.too_large'],
  ...['egress.invalid_answer', 'egress.busy'],
] as ErrorCode[];
/** Writes whose names the product knows; the other well-known names read. */
const KNOWN_WRITES = ['ticket.create'];

/** What a module may use, with every way out leading to `end`. */
function ioTo(end: () => Promise<never>, calls: string[] = []): ConnectorIo {
  const out = (name: string) => () => {
    calls.push(name);
    return end();
  };
  return {
    ...{ http: out('http'), connect: out('connect'), select: out('select') },
    secret: () => SECRET,
    crypto: {
      hmac: (_algorithm, _key, text) => Buffer.from(String(text.length)),
      digest: (_algorithm, text) => Buffer.from(String(text.length)),
      signJwt: () => 'a.b.c',
    },
    now: () => new Date('2026-06-01T08:00:00.000Z'),
    newId: () => '01900000-0000-7000-8000-000000000001',
  };
}

/** A value that an input takes. */
const valueFitting = (pattern = '.*') =>
  ['a1', '622202020000'].find((value) => new RegExp(`^(?:${pattern})$`, 'u').test(value)) ?? 'a1';
const faultOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const CALL = { timeoutMs: 1_000, correlationId: '01900000-0000-7000-8000-000000000002' };

for (const module of CONNECTORS) contract(module);

function contract(module: AnyConnector): void {
  const { manifest, presets, configSchema, secretSchema } = module;
  const check = createSchemaCheck();
  const operationsOf = () => presets.flatMap(({ config }) => module.operations(config));

  describe(`the contract of the connector ${manifest.id}`, () => {
    it('has an id of its own, a version, and kinds that are known', () => {
      expect(manifest.id).to.match(/^[a-z][a-z0-9]{1,29}$/);
      expect(CONNECTORS.filter((other) => other.manifest.id === manifest.id)).to.have.length(1);
      expect(manifest.version).to.match(/^\d+\.\d+\.\d+$/);
      expect(CONNECTOR_KINDS).to.include.members([...manifest.kinds]);
    });
    it('is titled in both languages', () => {
      for (const { zh, en } of [manifest.title, manifest.about]) {
        expect(zh).to.match(/\p{Script=Han}|[A-Z]/u);
        expect(en).to.match(/^[\x20-\x7e]+$/);
      }
    });
    it('refuses settings it does not know', () => {
      const [{ config } = { config: {} }] = presets;
      expect(() => check(manifest.id, configSchema, { ...config, surprise: 1 })).to.throw(AppError);
      expect(() => check(manifest.id, configSchema, {})).to.throw(AppError);
    });
    it('labels every setting in both languages', () => {
      for (const [name, schema] of Object.entries(configSchema['properties'] as Record<string, object>)) {
        expect(schema, name).to.have.property('x-title');
      }
    });
    it('marks every secret as one', () => {
      expect(secretSchema['additionalProperties']).to.equal(false);
      for (const schema of Object.values(secretSchema['properties'] as Record<string, object>)) {
        expect(schema).to.deep.include({ type: 'string', 'x-secret': true });
      }
    });
    it('ships settings to begin with that fit, and leave them as they are', () => {
      expect(presets.length).to.be.at.least(1);
      for (const { config } of presets) {
        const before = JSON.stringify(config);
        check(manifest.id, configSchema, config);
        module.assertConfig(config);
        module.operations(config);
        module.open(
          config,
          ioTo(() => Promise.reject(new Error('never'))),
        );
        expect(JSON.stringify(config)).to.equal(before);
      }
    });
    it('names every place it calls, in those settings none that exists', () => {
      for (const { config } of presets) {
        const places = module.places(config);
        expect(places.length).to.be.at.least(1);
        for (const { host, port } of places) {
          expect(host).to.match(/\.example$/);
          expect(port).to.be.within(1, 65_535);
        }
      }
    });
    it('reaches for nothing when it is opened', () => {
      const calls: string[] = [];
      for (const { config } of presets)
        module.open(
          config,
          ioTo(() => Promise.reject(new Error('never')), calls),
        );
      expect(calls).to.deep.equal([]);
    });
    it('names operations once each, with purposes that are known', () => {
      for (const { config } of presets) {
        const names = module.operations(config).map(({ name }) => name);
        expect(new Set(names).size).to.equal(names.length);
      }
      for (const { purposes } of operationsOf()) {
        expect(purposes.length).to.be.at.least(1);
        expect(PURPOSES).to.include.members([...purposes]);
      }
    });
    it('means by a well-known name what everybody means', () => {
      for (const { name, isReadOnly } of operationsOf()) {
        if ((WELL_KNOWN as readonly string[]).includes(name))
          expect(isReadOnly).to.equal(!KNOWN_WRITES.includes(name));
      }
    });
    it('bounds the time of every operation', () => {
      for (const { timeoutMs } of operationsOf()) expect(timeoutMs).to.be.within(1, 30_000);
    });
    it('keeps no answers of writes, and repeats only what says that it may be', () => {
      for (const { isReadOnly, cacheMs, idempotency } of operationsOf()) {
        if (isReadOnly) expect(idempotency).to.equal('natural');
        else expect(cacheMs).to.equal(0);
      }
    });
    it('gives each field a class, a place that can be read, and titles', () => {
      for (const operation of operationsOf()) {
        assertMappings(operation);
        for (const field of Object.values(operation.output)) {
          expect(field.class).to.match(/^C[123]$/);
          if (field.class !== 'C2') expect(field.mask).to.equal(undefined);
          expect(field.title).to.have.keys('zh', 'en');
        }
      }
    });
    it('titles what it is asked with', () => {
      for (const { input } of operationsOf()) {
        for (const field of Object.values(input)) expect(field.title).to.have.keys('zh', 'en');
      }
    });
    it('refuses an operation it does not have, without calling', async () => {
      const calls: string[] = [];
      for (const { config } of presets) {
        const session = module.open(
          config,
          ioTo(() => Promise.reject(new Error('never')), calls),
        );
        expect(await faultOf(session.run('no.thing', {}, CALL))).to.include({
          code: 'connector.operation_unknown',
        });
      }
      expect(calls).to.deep.equal([]);
    });
    it('needs its secrets before it calls', async () => {
      // Systems that know us by our certificate alone have none.
      if (Object.keys(secretSchema['properties'] as object).length === 0) return;
      for (const { config } of presets) {
        const calls: string[] = [];
        const io = {
          ...ioTo(() => Promise.reject(new AppError('egress.unreachable')), calls),
          secret: () => undefined,
        };
        const error = await faultOf(module.open(config, io).check({ timeoutMs: 1_000 }));
        expect(error).to.include({ code: 'connector.auth_failed' });
        expect(calls).to.deep.equal([]);
      }
    });
    for (const code of EGRESS_FAULTS) {
      it(`tells ${code} as it is, from its test and from its operations, without a secret`, async () => {
        for (const { config } of presets) {
          const end = () => Promise.reject(new AppError(code, { details: { reason: 'spec' } }));
          const session = module.open(config, ioTo(end));
          const works = [session.check({ timeoutMs: 1_000 })];
          for (const { name, input } of module.operations(config)) {
            const values = Object.fromEntries(
              Object.entries(input).map(([field, { pattern }]) => [field, valueFitting(pattern)]),
            );
            works.push(session.run(name, values, CALL) as never);
          }
          for (const error of await Promise.all(works.map(faultOf))) {
            expect(error).to.be.instanceOf(AppError);
            expect((error as AppError).code).to.equal(code);
            expect(JSON.stringify((error as AppError).details) + String(error)).not.to.include(SECRET);
          }
        }
      });
    }
  });
}
