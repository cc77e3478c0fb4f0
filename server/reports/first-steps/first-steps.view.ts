import { portable, type Db } from '../../platform/persistence/index.ts';
import type { StepId } from './first-steps.section.ts';

const active = (role: string) =>
  `FROM account a JOIN account_role r ON r.account_id = a.id WHERE a.state = 'active' AND r.role = '${role}'`;
const exists = (rest: string, name: string) =>
  `CASE WHEN EXISTS (SELECT 1 ${rest}) THEN 1 ELSE 0 END AS ${name}`;

interface Facts {
  officerCount: number;
  agentCount: number;
  skillGroupCount: number;
  articleCount: number;
  siteCount: number;
  retentionCount: number;
  brandCount: number;
  idpCount: number;
  mailCount: number;
  securityCount: number;
}

/** One look at everything, in one row whatever there is; each part stops at the first row it finds, but for the second security administrator. */
const FACTS = portable<Record<never, never>, Facts>(
  'report.first_steps',
  `SELECT ${exists(active('officer'), 'officer_count')},
      ${exists(active('agent'), 'agent_count')},
      ${exists('FROM skill_group', 'skill_group_count')},
      ${exists('FROM article WHERE published_version IS NOT NULL', 'article_count')},
      ${exists('FROM site WHERE is_active = 1', 'site_count')},
      ${exists('FROM retention_rule', 'retention_count')},
      ${exists(`FROM setting_section WHERE name = 'brand'`, 'brand_count')},
      ${exists(`FROM sso_idp WHERE state = 'live'`, 'idp_count')},
      ${exists(`FROM notify_channel WHERE is_enabled = 1 AND type = 'smtp'`, 'mail_count')},
      (SELECT COUNT(*) ${active('security-admin')}) AS security_count
    FROM (SELECT COUNT(*) AS row_count FROM installation) i`,
  {
    params: {},
    result: {
      officerCount: 'int',
      agentCount: 'int',
      skillGroupCount: 'int',
      articleCount: 'int',
      siteCount: 'int',
      retentionCount: 'int',
      brandCount: 'int',
      idpCount: 'int',
      mailCount: 'int',
      securityCount: 'int',
    },
  },
);

/**
 * Which steps are done, by what the database holds and the server's own settings say. A backup leaves no trace in either,
 * so a person says so.
 */
export async function readSteps(
  db: Db,
  { hasScanner }: { hasScanner: boolean },
): Promise<Record<StepId, boolean>> {
  const facts = (await db.one(FACTS, {})) as Facts;
  return {
    accounts: facts.securityCount > 0,
    officer: facts.officerCount > 0,
    'second-security': facts.securityCount > 1,
    agent: facts.agentCount > 0,
    'skill-group': facts.skillGroupCount > 0,
    article: facts.articleCount > 0,
    site: facts.siteCount > 0,
    retention: facts.retentionCount > 0,
    brand: facts.brandCount > 0,
    'identity-provider': facts.idpCount > 0,
    mail: facts.mailCount > 0,
    'virus-scanner': hasScanner,
    backup: false,
  };
}
