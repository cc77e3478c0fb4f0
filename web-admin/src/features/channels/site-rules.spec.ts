import { expect } from 'chai';
import {
  areOrigins,
  isOrigin,
  isPublicKey,
  parseOrigins,
  scriptHost,
  toForm,
  toInput,
  type Site,
} from './site-rules.ts';

const texts = { title: 't', welcome: 'w', offline: 'o' };
const site: Site = {
  id: 'demo',
  name: '演示',
  origins: ['https://a.example', 'http://b.example:8080'],
  publicKeyPem: null,
  skillGroupId: null,
  locale: 'zh-CN',
  texts,
  isActive: true,
  scriptTag: '<script src="https://desk.example:8443/widget.js" data-site="demo" async></script>',
  version: 3,
};

describe('origins of a site', () => {
  it('are lines without blanks and repeats', () => {
    expect(parseOrigins(' https://a.example \r\n\nhttps://a.example\nhttps://b.example')).to.deep.equal([
      'https://a.example',
      'https://b.example',
    ]);
    expect(parseOrigins('\n')).to.deep.equal([]);
  });

  it('are what a browser sends as Origin, nothing else', () => {
    for (const good of ['https://a.example', 'http://localhost:3000', 'https://a.example:8443'])
      expect(isOrigin(good), good).to.equal(true);
    const bad = [
      'https://a.example/',
      'https://a.example/page',
      'https://a.example:443',
      'HTTPS://a.example',
      'https://A.example',
      'a.example',
      '*',
      'ftp://a.example',
      'https://user@a.example',
      'https://',
      `https://${'a'.repeat(300)}.example`,
    ];
    for (const line of bad) expect(isOrigin(line), line).to.equal(false);
  });

  it('are at most 50', () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, i) => `https://a${i}.example`).join('\n');
    expect(areOrigins(lines(50))).to.equal(true);
    expect(areOrigins(lines(51))).to.equal(false);
    expect(areOrigins('')).to.equal(true);
  });
});

describe('key of a site', () => {
  it('is a public key or nothing', () => {
    expect(isPublicKey(' ')).to.equal(true);
    expect(isPublicKey('-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n')).to.equal(
      true,
    );
    expect(isPublicKey('-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----')).to.equal(false);
    expect(isPublicKey('MCowBQYDK2VwAyEA')).to.equal(false);
  });
});

describe('form of a site', () => {
  it('comes back as it was', () => {
    const { id: _id, scriptTag: _tag, version: _version, ...input } = site;
    expect(toInput(toForm(site, texts))).to.deep.equal(input);
  });

  it('begins active, with the texts of the language, and without a key', () => {
    expect(toInput({ ...toForm(undefined, texts), name: ' 新站 ' })).to.deep.equal({
      name: '新站',
      origins: [],
      publicKeyPem: null,
      skillGroupId: null,
      locale: 'zh-CN',
      texts,
      isActive: true,
    });
  });
});

describe('script tag', () => {
  it('names the host that a policy must allow', () => {
    expect(scriptHost(site.scriptTag)).to.equal('https://desk.example:8443');
    expect(scriptHost('<script src="/widget.js"></script>')).to.equal(undefined);
    expect(scriptHost('')).to.equal(undefined);
  });
});
