import { expect } from 'chai';
import type { ConnectorModule } from './connector-data.ts';
import { toConfig, toTexts } from './connector-rules.ts';

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

  it('refuses JSON that is none', () => {
    expect(() => toConfig(module, { auth: '{' })).to.throw(SyntaxError);
  });
});
