import { expect } from 'chai';
import { bounds, createSchemaCompiler } from './schemas.ts';
import type { AnyRoute, Schema } from './route.ts';

const route = (body: Schema): AnyRoute => ({
  method: 'POST',
  path: '/api/v1/things',
  summary: 'Makes a thing.',
  permission: 'public',
  audit: { none: 'test' },
  body,
  response: { type: 'object' },
  handler: () => Promise.resolve({}),
});
const closed = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
});

describe('input schemas', () => {
  const OPEN: [string, Schema][] = [
    ['at the top', { type: 'object', properties: {} }],
    ['in a property', closed({ inner: { type: 'object', properties: {} } })],
    ['in a list', closed({ list: { type: 'array', items: { type: 'object' } } })],
    ['in an alternative', closed({ a: { oneOf: [{ type: 'object' }, { type: 'null' }] } })],
    ['said aloud', { type: 'object', additionalProperties: true }],
    ['as a map without a limit', { type: 'object', additionalProperties: { type: 'string' } }],
  ];
  for (const [where, schema] of OPEN) {
    it(`are refused at start when an object is open ${where}`, () => {
      expect(() => createSchemaCompiler()(route(schema))).to.throw('admits unknown properties');
    });
  }

  it('are refused at start when they hold a keyword nobody knows', () => {
    expect(() => createSchemaCompiler()(route({ ...closed({}), maxlength: 3 }))).to.throw('maxlength');
  });

  it('get limits for texts and lists that name none', () => {
    const schema = closed({
      text: { type: 'string' },
      short: { type: 'string', maxLength: 5 },
      list: { type: 'array', items: { type: 'string' } },
    });
    expect(bounds(schema, 'x')['properties']).to.deep.equal({
      text: { type: 'string', maxLength: 65_536 },
      short: { type: 'string', maxLength: 5 },
      list: { type: 'array', items: { type: 'string', maxLength: 65_536 }, maxItems: 1_000 },
    });
  });

  it('take a text at its limit and refuse one character more', () => {
    const { body } = createSchemaCompiler()(route(closed({ text: { type: 'string' } })));
    expect(() => body({ text: 'x'.repeat(65_536) })).not.to.throw();
    expect(() => body({ text: 'x'.repeat(65_537) })).to.throw();
  });

  it('do not turn texts of a body into numbers', () => {
    const { body } = createSchemaCompiler()(route(closed({ count: { type: 'integer' } })));
    expect(() => body({ count: '5' })).to.throw();
  });
});
