import { totp } from '../../platform/crypto/index.ts';
import {
  defineRoute,
  Refusal,
  type AnyRoute,
  type RequestContext,
  type Schema,
} from '../../platform/http/index.ts';
import type { SignInRules } from '../account.rules.ts';
import { DISPLAY_NAME_PATTERN, USERNAME_PATTERN } from '../identity.schema.ts';
import {
  SETUP_ROLES,
  type PreparedCredential,
  type SetupCredential,
  type SetupService,
  type SetupStand,
} from './setup.service.ts';

/** What the routes of the first administrators need. */
export interface SetupRouteDeps {
  setup: SetupService;
  rules: Pick<SignInRules, 'failures' | 'otpHash'>;
}

const closed = (properties: Record<string, Schema>): Schema => ({
  ...{ type: 'object', additionalProperties: false, properties, required: Object.keys(properties) },
});
const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });
const code: Schema = { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' };
const role: Schema = { type: 'string', enum: [...SETUP_ROLES] };
const answer: Schema = closed({
  made: { type: 'array', items: closed({ role, username: text(64) }) },
  missing: { type: 'array', items: role },
  expiresAt: { type: 'string', format: 'date-time' },
  /** For the next of them; nothing of it is kept here until somebody proves to have it. */
  totpSecret: text(64),
});
/** Nobody is signed in: who holds the code acts. */
const HOLDER = 'setup';

/** The making of the first three administrators, open to whoever holds the code of the command line. */
export function setupRoutes({ setup, rules }: SetupRouteDeps): AnyRoute[] {
  const limit = { ...rules.failures, counts: 'failures' } as const;
  const present = (stand: SetupStand) => presentStand(stand, totp.createSecret(rules.otpHash));
  return [
    defineRoute<unknown, unknown, { code: string }>({
      method: 'POST',
      path: '/api/v1/setup',
      summary: 'Which of the first three administrators are missing, and a new secret for one-time codes.',
      permission: 'public',
      audit: { none: 'Whoever holds the code looks how far it is; every credential stands in the trail.' },
      body: closed({ code }),
      response: answer,
      limit,
      errors: ['setup.code_invalid', 'setup.done'],
      handler: async (tx, { body }) => present(await setup.stand(tx, body.code)),
    }),
    defineRoute<unknown, unknown, SetupCredential, PreparedCredential>({
      method: 'POST',
      path: '/api/v1/setup/credentials',
      summary:
        'Makes the credential of one of the first three administrators; the third turns all of them on.',
      permission: 'public',
      audit: 'setup.credential',
      body: closed({
        ...{ code, role },
        username: { type: 'string', pattern: USERNAME_PATTERN, maxLength: 64 },
        displayName: { type: 'string', pattern: DISPLAY_NAME_PATTERN, maxLength: 100 },
        password: text(256),
        totpSecret: { type: 'string', pattern: '^(?:[A-Z2-7]{32}|sha256:[A-Z2-7]{52})$' },
        otp: { type: 'string', pattern: '^[0-9]{6}$' },
      }),
      response: answer,
      limit,
      errors: [
        ...(['setup.code_invalid', 'setup.done', 'setup.role_taken', 'setup.otp_wrong'] as const),
        ...(['account.password_weak', 'account.username_taken'] as const),
      ],
      prepare: ({ body }, context: RequestContext) => {
        context.actAs({ type: 'account', id: HOLDER, ip: context.ip });
        return setup.prepare(body);
      },
      async handler(tx, { body, prepared }) {
        const end = await setup.add(tx, body, prepared);
        return end instanceof Refusal ? end : present(end);
      },
    }),
  ];
}

function presentStand({ made, missing, expiresAt }: SetupStand, totpSecret: string): Record<string, unknown> {
  return { made, missing, expiresAt: expiresAt.toISOString(), totpSecret };
}
