import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import type { Settings } from '../../platform/settings/index.ts';
import { FIRST_STEPS, STEPS } from './first-steps.section.ts';
import { readSteps } from './first-steps.view.ts';

const step: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'state'],
  properties: {
    id: { enum: [...STEPS] },
    state: { enum: ['done', 'open', 'dismissed'] },
    reason: { type: 'string' },
  },
};

/** The list of first steps, as the state of the installation says. Leaving one is a change of its section. */
export function firstStepsRoutes({
  settings,
  system,
}: {
  settings: Settings;
  system: { files(): { scanner?: unknown } };
}): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/first-steps',
      summary: 'What a new installation still needs, computed from what is there.',
      permission: 'settings:read',
      audit: { none: 'which parts are set up, no data of anybody' },
      response: {
        type: 'object',
        additionalProperties: false,
        required: ['items'],
        properties: { items: { type: 'array', items: step } },
      },
      async handler(tx) {
        const done = await readSteps(tx, { hasScanner: system.files().scanner !== 'none' });
        const { dismissed } = settings.get(FIRST_STEPS);
        return {
          items: STEPS.map((id) => {
            const reason = dismissed[id];
            if (done[id]) return { id, state: 'done' };
            return reason === undefined ? { id, state: 'open' } : { id, state: 'dismissed', reason };
          }),
        };
      },
    }),
  ];
}
