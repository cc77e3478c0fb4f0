import { defineSection } from '../../platform/settings/index.ts';

/** What a new installation needs before customers come, in the order it is done. */
export const STEPS = [
  'accounts',
  'officer',
  'second-security',
  'agent',
  'skill-group',
  'article',
  'site',
  'retention',
  'brand',
  'identity-provider',
  'mail',
  'virus-scanner',
  'backup',
] as const;
/** One of them. */
export type StepId = (typeof STEPS)[number];

/** Steps somebody decided to leave, each with the reason. */
export interface FirstSteps {
  dismissed: Partial<Record<StepId, string>>;
}

const REASON_CHARACTERS_MAX = 200;

/** Section `first-steps`: what was left out, and why; its history tells who decided so. */
export const FIRST_STEPS = defineSection<FirstSteps>({
  name: 'first-steps',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['dismissed'],
    properties: {
      dismissed: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(
          STEPS.map((id) => [id, { type: 'string', pattern: '\\S', maxLength: REASON_CHARACTERS_MAX }]),
        ),
      },
    },
  },
  defaults: { dismissed: {} },
});
