import { expect } from 'chai';
import type { ConnectorModule } from './connector-data.ts';
import { choicesOf, toConfig, toTexts } from './connector-rules.ts';

const module = {
  configSchema: {
    properties: {
      baseUrl: { type: 'string' },
      port: { type: 'integer' },
      isTls: { type: 'boolean' },
      auth: { type: 'object' },
      operations: { type: 'array' },
      more: { type: 'string' },
    },
  },
} as unknown as ConnectorModule;

describe('the form of a connector', () => {
  it('gives back the settings it was drawn from, and leaves empty ones out', () => {
    const config = {
      baseUrl: 'https://a.example',
      port: 443,
      isTls: true,
      auth: { kind: 'none' },
      operations: [1],
    };
    expect(toConfig(module, toTexts(module, config))).to.deep.equal(config);
    expect(toConfig(module, { baseUrl: ' ', port: '8080', isTls: 'false', auth: '' })).to.deep.equal({
      ...{ port: 8080, isTls: false },
    });
  });

  it('gives a number back that was chosen from a list', () => {
    const size = { type: 'integer', enum: [2, 4] };
    const one = { configSchema: { properties: { size } } } as unknown as ConnectorModule;
    const [, chosen] = choicesOf(size) ?? [];
    expect(toConfig(one, { size: chosen })).to.deep.equal({ size: 4 });
    expect(toTexts(one, { size: 2 })).to.deep.equal({ size: choicesOf(size)?.[0] });
    expect(choicesOf({ type: 'boolean' })).to.deep.equal(['true', 'false']);
    expect(choicesOf({ type: 'string' })).to.equal(undefined);
  });

  it('refuses JSON that is none', () => {
    expect(() => toConfig(module, { auth: '{' })).to.throw(SyntaxError);
  });
});
