import * as shell from './shell-messages.ts';
import * as errors from './error-messages.ts';
import * as inbox from '../features/inbox/messages.ts';
import * as tickets from '../features/tickets/messages.ts';
import type { zh } from './zh.ts';

/** Every text of the console in English; the type demands the keys of the Chinese catalogue. */
export const en: Record<keyof typeof zh, string> = {
  ...shell.en,
  ...errors.en,
  ...inbox.en,
  ...tickets.en,
};
