import { expect } from 'chai';
import { buildTree, kindsUnder } from './organisation-rules.ts';

const unit = (id: string, units: number) => ({ id, units });

describe('tree of the organisation', () => {
  it('shows what is loaded, and lets the rest be opened', () => {
    const children = new Map([
      ['bank', [unit('north', 2), unit('south', 0)]],
      ['elsewhere', [unit('lost', 0)]],
    ]);
    const tree = buildTree(unit('bank', 2), children);
    expect(tree.children?.map(({ key }) => key)).to.deep.equal(['north', 'south']);
    expect(tree.children?.[0]).to.include({ isLeaf: false }).and.not.have.property('children');
    expect(tree.children?.[1]).to.include({ isLeaf: true });
  });

  it('offers under each kind what the organisation allows there', () => {
    expect(kindsUnder('head-office')).to.deep.equal(['branch', 'outlet', 'department']);
    expect(kindsUnder('outlet')).to.deep.equal(['department']);
    expect(kindsUnder('department')).to.not.include('branch');
  });
});
