import { expect } from 'chai';
import { judgeAnswer } from './answer.ts';
import { SsoRefusal } from './refusal.ts';
import type { Attack } from './test/attack.ts';
import { CLAIM_ATTACKS } from './test/claim-attacks.ts';
import { buildIdp, buildPending, SP } from './test/idp.ts';
import { SIGNATURE_ATTACKS } from './test/signature-attacks.ts';
import { TEXT_ATTACKS } from './test/text-attacks.ts';
import { WRAPPING_ATTACKS } from './test/wrapping-attacks.ts';

const GROUPS: Record<string, readonly Attack[]> = {
  'on decoders and parsers': TEXT_ATTACKS,
  'with what is said': CLAIM_ATTACKS,
  'on keys, signatures, and encryption': SIGNATURE_ATTACKS,
  'by wrapping': WRAPPING_ATTACKS,
};

async function judge(attack: Attack): Promise<string> {
  const idp = buildIdp(attack.idp ?? {});
  const call = { sp: SP, idp, pending: buildPending(attack.pending), clock: { now: () => new Date() } };
  try {
    const { nameId } = await judgeAnswer(await attack.field(), call);
    return `taken as ${nameId}`;
  } catch (error) {
    if (error instanceof SsoRefusal) return error.code;
    throw error;
  }
}

describe('attacks on a sign-in', () => {
  for (const [title, attacks] of Object.entries(GROUPS)) {
    describe(title, () => {
      for (const attack of attacks) {
        it(`holds ${attack.name}`, async () => {
          expect(await judge(attack)).to.equal(attack.code);
        });
      }
    });
  }

  it('are more than two hundred, each under a name of its own', () => {
    const names = Object.values(GROUPS).flatMap((attacks) => attacks.map(({ name }) => name));
    expect(new Set(names).size).to.equal(names.length);
    expect(names.length).to.be.above(202);
  });
});
