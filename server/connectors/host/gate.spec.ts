import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { Gate } from './gate.ts';
import { CONNECTOR_LIMITS as LIMITS } from './limits.ts';

const down = () => Promise.reject(new AppError('egress.unreachable'));
const fine = () => Promise.resolve('ok');
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: AppError) => error.code,
  );

describe('the gate before a connector', () => {
  let nowMs = 0;
  let gate: Gate;
  beforeEach(() => {
    nowMs = 1_000_000;
    gate = new Gate(() => nowMs);
  });
  const times = async (count: number, call: () => Promise<unknown>) => {
    for (let index = 0; index < count; index += 1) await codeOf(gate.pass(call));
  };

  it('opens when half of ten calls failed, not before', async () => {
    await times(5, fine);
    await times(4, down);
    expect(gate.state).to.equal('closed');
    await times(1, down);
    expect(gate.state).to.equal('open');
    expect(await codeOf(gate.pass(fine))).to.equal('connector.broken');
  });

  it('forgets what is older than half a minute', async () => {
    await times(9, down);
    nowMs += LIMITS.breakerWindowMs;
    await times(1, down);
    expect(gate.state).to.equal('closed');
  });

  it('lets one probe through after the pause, and closes or opens by it', async () => {
    await times(10, down);
    nowMs += LIMITS.breakerPauseMs;
    let finish: () => void = () => undefined;
    const probe = gate.pass(() => new Promise<void>((resolve) => (finish = resolve)));
    expect(await codeOf(gate.pass(fine))).to.equal('connector.broken');
    finish();
    await probe;
    expect(gate.state).to.equal('closed');
    await times(10, down);
    nowMs += LIMITS.breakerPauseMs;
    expect(await codeOf(gate.pass(down))).to.equal('egress.unreachable');
    expect(gate.state).to.equal('open');
  });

  it('does not open for refusals of single requests', async () => {
    await times(40, () => Promise.reject(new AppError('connector.remote_refused')));
    expect(gate.state).to.equal('closed');
  });

  it('keeps at most ten calls at once and twenty a second', async () => {
    const ends: (() => void)[] = [];
    const held = Array.from({ length: LIMITS.atOnceMax }, () =>
      gate.pass(() => new Promise<void>((resolve) => ends.push(resolve))),
    );
    expect(await codeOf(gate.pass(fine))).to.equal('connector.busy');
    for (const end of ends) end();
    await Promise.all(held);
    await times(LIMITS.bucketSize, fine);
    expect(await codeOf(gate.pass(fine))).to.equal('connector.busy');
    nowMs += 1_000;
    for (let index = 0; index < LIMITS.bucketPerSecond; index += 1) {
      expect(await codeOf(gate.pass(fine))).to.equal('ok');
    }
    expect(await codeOf(gate.pass(fine))).to.equal('connector.busy');
  });
});
