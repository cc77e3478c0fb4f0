import * as shell from './shell-messages.ts';
import { errors } from './error-messages.zh.ts';
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

/** Every text of the console in Chinese. A feature adds its `messages.ts` here and in `en.ts`. */
export const zh = {
  ...shell.zh,
  ...errors,
  ...files.zh,
  ...inbox.zh,
  ...tickets.zh,
  ...knowledge.zh,
  ...transfer.zh,
  ...flows.zh,
  ...robot.zh,
  ...qa.zh,
  ...reports.zh,
  ...opinions.zh,
  ...learning.zh,
  ...access.zh,
  ...audit.zh,
  ...cases.zh,
  ...records.zh,
  ...approvals.zh,
  ...exports.zh,
  ...identity.zh,
  ...defence.zh,
  ...staff.zh,
  ...purges.zh,
  ...verify.zh,
  ...imports.zh,
  ...roles.zh,
  ...permissions.zh,
  ...organisation.zh,
  ...channels.zh,
  ...connectors.zh,
  ...jobs.zh,
  ...notices.zh,
  ...settings.zh,
  ...setup.zh,
  ...sso.zh,
  ...tailoring.zh,
  ...help.zh,
};
