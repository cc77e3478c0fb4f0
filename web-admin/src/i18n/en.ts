import * as shell from './shell-messages.ts';
import { errors } from './error-messages.en.ts';
import * as files from '../components/files/messages.ts';
import * as inbox from '../features/inbox/messages.ts';
import * as tickets from '../features/tickets/messages.ts';
import * as knowledge from '../features/knowledge/messages.ts';
import * as transfer from '../features/knowledge/import-messages.ts';
import * as flows from '../features/flows/messages.ts';
import * as robot from '../features/robot/messages.ts';
import * as qa from '../features/qa/messages.ts';
import * as reports from '../features/reports/messages.ts';
import * as opinions from '../features/reports/opinion-messages.ts';
import * as learning from '../features/knowledge/learning-messages.ts';
import * as access from '../features/access-review/messages.ts';
import * as verify from '../features/audit/verify-messages.ts';
import * as purges from '../features/purges/messages.ts';
import * as defence from '../features/defence/messages.ts';
import * as staff from '../features/staff-list/messages.ts';
import * as audit from '../features/audit/messages.ts';
import * as cases from '../features/cases/messages.ts';
import * as records from '../features/records/messages.ts';
import * as approvals from '../features/approvals/messages.ts';
import * as imports from '../features/identity/import-messages.ts';
import * as roles from '../features/identity/role-messages.ts';
import * as permissions from '../features/identity/permission-messages.ts';
import * as exports from '../features/exports/messages.ts';
import * as identity from '../features/identity/messages.ts';
import * as organisation from '../features/organisation/messages.ts';
import * as channels from '../features/channels/messages.ts';
import * as connectors from '../features/connectors/messages.ts';
import * as jobs from '../features/jobs/messages.ts';
import * as notices from '../features/notices/messages.ts';
import * as sso from '../features/sso/messages.ts';
import * as setup from '../features/setup/messages.ts';
import * as settings from '../features/settings/messages.ts';
import * as help from '../features/help/messages.ts';
import * as tailoring from '../features/tailoring/messages.ts';
import type { zh } from './zh.ts';

/** Every text of the console in English; the type demands the keys of the Chinese catalogue. */
export const en: Record<keyof typeof zh, string> = {
  ...shell.en,
  ...errors,
  ...files.en,
  ...inbox.en,
  ...tickets.en,
  ...knowledge.en,
  ...transfer.en,
  ...flows.en,
  ...robot.en,
  ...qa.en,
  ...reports.en,
  ...opinions.en,
  ...learning.en,
  ...access.en,
  ...audit.en,
  ...cases.en,
  ...records.en,
  ...approvals.en,
  ...exports.en,
  ...identity.en,
  ...defence.en,
  ...staff.en,
  ...purges.en,
  ...verify.en,
  ...imports.en,
  ...roles.en,
  ...permissions.en,
  ...organisation.en,
  ...channels.en,
  ...connectors.en,
  ...jobs.en,
  ...notices.en,
  ...settings.en,
  ...setup.en,
  ...sso.en,
  ...tailoring.en,
  ...help.en,
};
