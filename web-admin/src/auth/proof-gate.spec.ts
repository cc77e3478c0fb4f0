import { expect } from 'chai';
import { createProofGate } from './proof-gate.ts';

describe('the gate of dangerous acts', () => {
  it('gives every request that waits the one answer, and asks anew afterwards', async () => {
    const gate = createProofGate();
    const questions: ((isProven: boolean) => void)[] = [];
    gate.onAsk((settle) => questions.push(settle));
    const waiting = [gate.ask(), gate.ask()];
    expect(questions).to.have.length(1);
    questions[0]?.(true);
    expect(await Promise.all(waiting)).to.deep.equal([true, true]);
    const again = gate.ask();
    questions[1]?.(false);
    expect(await again).to.equal(false);
  });

  it('refuses where nobody can be asked', async () => {
    const gate = createProofGate();
    expect(await gate.ask()).to.equal(false);
    gate.onAsk(() => undefined)();
    expect(await gate.ask()).to.equal(false);
  });
});
