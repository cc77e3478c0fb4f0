import { NavLink } from 'react-router';
import { useCan, type Permission } from '../auth/index.ts';
import { useI18n, type MessageKey } from '../i18n/index.ts';
import './officer-nav.css';

const PAGES: readonly { to: string; label: MessageKey; anyOf: readonly Permission[] }[] = [
  { to: '/audit', label: 'audit.nav.trail', anyOf: ['audit:read', 'audit:read-admin'] },
  { to: '/audit/reviews', label: 'audit.review_title', anyOf: ['audit:review'] },
  { to: '/audit/searches', label: 'audit.searches', anyOf: ['audit:read', 'audit:read-admin'] },
  { to: '/audit/cases', label: 'case.title', anyOf: ['case:ask'] },
  { to: '/audit/calendar', label: 'calendar.title', anyOf: ['record:read'] },
  { to: '/audit/purges', label: 'purge.title', anyOf: ['record:manage'] },
  { to: '/audit/access', label: 'access.title', anyOf: ['access:attest', 'audit:review'] },
];

/** The officer's pages beside each other. */
export function OfficerNav() {
  const { t } = useI18n();
  const can = useCan();
  return (
    <nav className="officer-nav" aria-label={t('audit.nav')}>
      {PAGES.filter(({ anyOf }) => anyOf.some((permission) => can(permission))).map(({ to, label }) => (
        <NavLink key={to} to={to} end>
          {t(label)}
        </NavLink>
      ))}
    </nav>
  );
}
