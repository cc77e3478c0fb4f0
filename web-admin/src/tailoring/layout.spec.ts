import { expect } from 'chai';
import { arrange, type Layout } from './layout.ts';

const layout = (over: Partial<Layout>): Layout => ({
  modulesOff: [],
  menu: { order: [], hidden: [] },
  panels: { customer: [] },
  ...over,
});
const ROWS = [{ path: '/a' }, { path: '/b', module: 'qa' as const }, { path: '/c' }, { path: '/d' }];
const paths = (rows: { path: string }[]) => rows.map(({ path }) => path).join('');

describe('the side navigation', () => {
  it('puts ordered entries first and keeps the order of the others', () => {
    const menu = { order: ['/d', '/gone', '/b'], hidden: [] };
    expect(paths(arrange(ROWS, layout({ menu })))).to.equal('/d/b/a/c');
  });

  it('leaves out hidden entries and those of parts that are off', () => {
    const menu = { order: [], hidden: ['/a'] };
    expect(paths(arrange(ROWS, layout({ menu, modulesOff: ['qa'] })))).to.equal('/c/d');
  });
});
