import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { en } from './en.ts';
import { placesOf } from './translate.ts';
import { zh } from './zh.ts';

const FEATURES = fileURLToPath(new URL('../features', import.meta.url));

describe('message catalogue', () => {
  const keys = Object.keys(zh) as (keyof typeof zh)[];

  it('has the same keys in both languages', () => {
    expect(Object.keys(en).sort()).to.deep.equal([...keys].sort());
  });

  it('has no empty text', () => {
    expect(keys.filter((key) => zh[key].trim() === '' || en[key].trim() === '')).to.deep.equal([]);
  });

  it('has the same places in both languages', () => {
    const differing = keys.filter((key) => placesOf(zh[key]).join() !== placesOf(en[key]).join());
    expect(differing).to.deep.equal([]);
  });

  it('writes Chinese in the Chinese catalogue and none in the English one', () => {
    const withHan = keys.filter((key) => /\p{Script=Han}/u.test(en[key]));
    expect(withHan).to.deep.equal([]);
  });

  it('holds the texts of every feature that has some', () => {
    const catalogue = readFileSync(fileURLToPath(new URL('./zh.ts', import.meta.url)), 'utf8');
    const withMessages = readdirSync(FEATURES, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('messages.ts'),
    );
    const missing = withMessages.filter((path) => !catalogue.includes(`../features/${path}`));
    expect(missing).to.deep.equal([]);
  });
});
