import type { AuditDraft } from '../draft.ts';
import type { Stamp } from '../entry.ts';

/** The instant at which all tests of the trail take place. */
export const TEST_NOW = new Date('2026-03-02T08:00:00.000Z');

/** A clock that stands still. */
export const TEST_CLOCK = { now: () => TEST_NOW };

/** The installation of the tests. */
export const TEST_INSTALLATION = 'bank-1';

let idCount = 0;

/** The next id, as valid as a real one and the same in each run. */
export function nextId(): string {
  idCount += 1;
  return `01950000-0000-7000-8000-${idCount.toString(16).padStart(12, '0')}`;
}

/** A valid draft. */
export function buildDraft(overrides: Partial<AuditDraft> = {}): AuditDraft {
  return { action: 'ticket.view', outcome: 'ok', target: { type: 'ticket', id: 't-1' }, ...overrides };
}

/** A valid stamp with an id of its own. */
export function buildStamp(overrides: Partial<Stamp> = {}): Stamp {
  return {
    id: nextId(),
    at: TEST_NOW,
    actor: { type: 'account', id: 'a-1', name: '李四', roles: ['agent'], sessionId: 's-1', ip: '10.0.0.8' },
    request: { id: 'r-1', route: 'GET /api/v1/tickets/:id' },
    installation: TEST_INSTALLATION,
    ...overrides,
  };
}
