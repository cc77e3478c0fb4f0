import {
  AlertOutlined,
  ApartmentOutlined,
  ApiOutlined,
  AuditOutlined,
  BankOutlined,
  BarChartOutlined,
  BookOutlined,
  BranchesOutlined,
  BulbOutlined,
  CheckSquareOutlined,
  ClockCircleOutlined,
  ContactsOutlined,
  CustomerServiceOutlined,
  DashboardOutlined,
  DownloadOutlined,
  ExportOutlined,
  GlobalOutlined,
  HistoryOutlined,
  IdcardOutlined,
  KeyOutlined,
  NotificationOutlined,
  OrderedListOutlined,
  ProfileOutlined,
  RobotOutlined,
  SafetyCertificateOutlined,
  SettingOutlined,
  SolutionOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { Permission } from './auth/index.ts';
import type { MessageKey } from './i18n/index.ts';
import type { ModuleName } from './tailoring/index.ts';

/** One page of the console. */
export interface FeatureRoute {
  /** Path of react-router: `/tickets/:id`. */
  path: string;
  /** Any one of these opens the page; empty: every signed-in account. */
  anyOf: readonly Permission[];
  /** Loaded when the page is first opened. */
  component: LazyExoticComponent<ComponentType>;
  /** Present for pages with an entry in the side navigation; their order is the order here. */
  nav?: {
    label: MessageKey;
    icon: ComponentType;
    badge?: 'queue' | 'approvals';
    /** Narrows who has the entry, where the page is open to more. */
    anyOf?: readonly Permission[];
  };
  /** The part of the product it belongs to; gone while that is switched off. */
  module?: ModuleName;
  /** Pages that show customer data carry the screen watermark. */
  hasCustomerData?: boolean;
}

const InboxPage = lazy(() => import('./features/inbox/inbox-page.tsx'));
const TicketsPage = lazy(() => import('./features/tickets/tickets-page.tsx'));
const TicketPage = lazy(() => import('./features/tickets/ticket-page.tsx'));
const ArticlesPage = lazy(() => import('./features/knowledge/articles-page.tsx'));
const ArticlePage = lazy(() => import('./features/knowledge/article-page.tsx'));
const ArticleFormPage = lazy(() => import('./features/knowledge/article-form-page.tsx'));
const ArticleImportPage = lazy(() => import('./features/knowledge/import-page.tsx'));
const FlowsPage = lazy(() => import('./features/flows/flows-page.tsx'));
const FlowPage = lazy(() => import('./features/flows/flow-page.tsx'));
const FlowFormPage = lazy(() => import('./features/flows/flow-form-page.tsx'));
const RegressionPage = lazy(() => import('./features/knowledge/regression-page.tsx'));
const RobotPage = lazy(() => import('./features/robot/robot-page.tsx'));
const EvaluationsPage = lazy(() => import('./features/qa/evaluations-page.tsx'));
const EvaluationPage = lazy(() => import('./features/qa/evaluation-page.tsx'));
const ScoreCardsPage = lazy(() => import('./features/qa/score-cards-page.tsx'));
const ScoreCardPage = lazy(() => import('./features/qa/score-card-page.tsx'));
const LearningPage = lazy(() => import('./features/knowledge/learning-page.tsx'));
const OpinionsPage = lazy(() => import('./features/reports/opinions-page.tsx'));
const AdoptionPage = lazy(() => import('./features/reports/adoption-page.tsx'));
const ReportsPage = lazy(() => import('./features/reports/reports-page.tsx'));

const ExportsPage = lazy(() => import('./features/exports/exports-page.tsx'));
const AuditPage = lazy(() => import('./features/audit/audit-page.tsx'));
const SavedSearchesPage = lazy(() => import('./features/audit/saved-searches-page.tsx'));
const AccessPage = lazy(() => import('./features/access-review/access-page.tsx'));
const CalendarPage = lazy(() => import('./features/records/calendar-page.tsx'));
const PurgesPage = lazy(() => import('./features/purges/purges-page.tsx'));
const StaffListPage = lazy(() => import('./features/staff-list/staff-list-page.tsx'));
const CasesPage = lazy(() => import('./features/cases/cases-page.tsx'));
const ReviewPage = lazy(() => import('./features/audit/review-page.tsx'));
const RecordsPage = lazy(() => import('./features/records/records-page.tsx'));
const ApprovalsPage = lazy(() => import('./features/approvals/approvals-page.tsx'));
const AccountsPage = lazy(() => import('./features/identity/accounts-page.tsx'));
const RolesPage = lazy(() => import('./features/identity/roles-page.tsx'));
const OrganisationPage = lazy(() => import('./features/organisation/organisation-page.tsx'));
const WebhooksPage = lazy(() => import('./features/connectors/webhooks-page.tsx'));
const ConnectorsPage = lazy(() => import('./features/connectors/connectors-page.tsx'));
const DefencePage = lazy(() => import('./features/defence/defence-page.tsx'));
const EgressPage = lazy(() => import('./features/connectors/egress-page.tsx'));
const TokensPage = lazy(() => import('./features/identity/tokens-page.tsx'));
const IdpsPage = lazy(() => import('./features/sso/idps-page.tsx'));
const OwnSessionsPage = lazy(() => import('./features/sso/own-sessions-page.tsx'));
const SkillGroupsPage = lazy(() => import('./features/identity/skill-groups-page.tsx'));
const SitesPage = lazy(() => import('./features/channels/sites-page.tsx'));
const SitePage = lazy(() => import('./features/channels/site-page.tsx'));
const FirstStepsPage = lazy(() => import('./features/tailoring/first-steps-page.tsx'));
const HelpPage = lazy(() => import('./features/help/help-page.tsx'));
const JobsPage = lazy(() => import('./features/jobs/jobs-page.tsx'));
const NotifyChannelsPage = lazy(() => import('./features/notices/channels-page.tsx'));
const SettingsPage = lazy(() => import('./features/tailoring/settings-page.tsx'));
const SystemPage = lazy(() => import('./features/settings/system-page.tsx'));

const CONVERSATIONS: readonly Permission[] = [
  'conversation:work',
  'conversation:supervise',
  'conversation:read-any',
];

/** Who asks for or decides on acts that need two people; others reach the page by its address. */
const APPROVERS: readonly Permission[] = [
  'account:create',
  'account:approve',
  'approval:read',
  'audit:read',
  'export:approve',
  'idp:approve',
];

/** Who may export one of the lists. */
const EXPORTERS: readonly Permission[] = [
  'ticket:export',
  'conversation:export',
  'qa:read',
  'report:read',
  'audit:export',
  'account:read',
  'knowledge:write',
];

/** Every page behind the sign-in. Features add their rows; the shell draws navigation and guards from them. */
export const FEATURE_ROUTES: readonly FeatureRoute[] = [
  {
    path: '/inbox',
    anyOf: CONVERSATIONS,
    component: InboxPage,
    nav: { label: 'nav.inbox', icon: CustomerServiceOutlined, badge: 'queue' },
    hasCustomerData: true,
  },
  { path: '/inbox/:id', anyOf: CONVERSATIONS, component: InboxPage, hasCustomerData: true },
  {
    path: '/tickets',
    module: 'tickets',
    anyOf: ['ticket:work'],
    component: TicketsPage,
    nav: { label: 'nav.tickets', icon: ProfileOutlined },
    hasCustomerData: true,
  },
  {
    path: '/tickets/:id',
    module: 'tickets',
    anyOf: ['ticket:work'],
    component: TicketPage,
    hasCustomerData: true,
  },
  {
    path: '/knowledge',
    module: 'knowledge',
    anyOf: ['knowledge:read'],
    component: ArticlesPage,
    nav: { label: 'nav.knowledge', icon: BookOutlined },
  },
  { path: '/knowledge/new', module: 'knowledge', anyOf: ['knowledge:write'], component: ArticleFormPage },
  {
    path: '/knowledge/regression',
    module: 'knowledge',
    anyOf: ['knowledge:read'],
    component: RegressionPage,
  },
  {
    path: '/knowledge/import',
    module: 'knowledge',
    anyOf: ['knowledge:write'],
    component: ArticleImportPage,
  },
  { path: '/knowledge/:id', module: 'knowledge', anyOf: ['knowledge:read'], component: ArticlePage },
  {
    path: '/knowledge/:id/edit',
    module: 'knowledge',
    anyOf: ['knowledge:write'],
    component: ArticleFormPage,
  },
  {
    path: '/flows',
    module: 'robot',
    anyOf: ['knowledge:read'],
    component: FlowsPage,
    nav: { label: 'nav.flows', icon: BranchesOutlined },
  },
  { path: '/flows/new', module: 'robot', anyOf: ['knowledge:write'], component: FlowFormPage },
  { path: '/flows/:id', module: 'robot', anyOf: ['knowledge:read'], component: FlowPage },
  { path: '/flows/:id/edit', module: 'robot', anyOf: ['knowledge:write'], component: FlowFormPage },
  {
    path: '/robot',
    module: 'robot',
    anyOf: ['robot:test'],
    component: RobotPage,
    nav: { label: 'nav.robot', icon: RobotOutlined },
  },
  {
    path: '/learning',
    module: 'robot',
    anyOf: ['knowledge:write'],
    component: LearningPage,
    nav: { label: 'nav.learning', icon: BulbOutlined },
    hasCustomerData: true,
  },
  {
    path: '/qa',
    module: 'qa',
    anyOf: ['qa:read'],
    component: EvaluationsPage,
    nav: { label: 'nav.qa', icon: SafetyCertificateOutlined },
  },
  { path: '/qa/score-cards', module: 'qa', anyOf: ['qa:read'], component: ScoreCardsPage },
  { path: '/qa/score-cards/:id', module: 'qa', anyOf: ['qa:read'], component: ScoreCardPage },
  { path: '/qa/:id', module: 'qa', anyOf: ['qa:read'], component: EvaluationPage, hasCustomerData: true },
  {
    path: '/reports',
    module: 'reports',
    anyOf: ['report:read'],
    component: ReportsPage,
    nav: { label: 'nav.reports', icon: BarChartOutlined },
  },
  { path: '/reports/opinions', module: 'reports', anyOf: ['report:read'], component: OpinionsPage },
  { path: '/reports/assist', module: 'reports', anyOf: ['report:read'], component: AdoptionPage },
  {
    path: '/exports',
    anyOf: EXPORTERS,
    component: ExportsPage,
    nav: { label: 'nav.exports', icon: DownloadOutlined },
  },
  {
    path: '/audit',
    anyOf: ['audit:read', 'audit:read-admin'],
    component: AuditPage,
    nav: { label: 'nav.audit', icon: AuditOutlined },
  },
  {
    path: '/audit/searches',
    anyOf: ['audit:read', 'audit:read-admin'],
    component: SavedSearchesPage,
  },
  {
    path: '/audit/access',
    anyOf: ['access:attest', 'audit:review'],
    component: AccessPage,
    nav: { label: 'nav.access', icon: IdcardOutlined, anyOf: ['access:attest'] },
  },
  { path: '/audit/cases', anyOf: ['case:ask'], component: CasesPage },
  { path: '/audit/calendar', anyOf: ['record:read'], component: CalendarPage },
  { path: '/audit/purges', anyOf: ['record:manage'], component: PurgesPage },
  { path: '/audit/reviews', anyOf: ['audit:review'], component: ReviewPage },
  {
    path: '/records',
    anyOf: ['record:read'],
    component: RecordsPage,
    nav: { label: 'nav.records', icon: HistoryOutlined },
  },
  {
    path: '/approvals',
    anyOf: [],
    component: ApprovalsPage,
    nav: { label: 'nav.approvals', icon: CheckSquareOutlined, badge: 'approvals', anyOf: APPROVERS },
  },
  {
    path: '/accounts',
    anyOf: ['account:read'],
    component: AccountsPage,
    nav: { label: 'nav.accounts', icon: TeamOutlined },
  },
  {
    path: '/staff-list',
    anyOf: ['staff:write'],
    component: StaffListPage,
    nav: { label: 'nav.staff_list', icon: ContactsOutlined },
  },
  {
    path: '/roles',
    anyOf: ['account:read'],
    component: RolesPage,
    nav: { label: 'nav.roles', icon: IdcardOutlined },
  },
  {
    path: '/idps',
    anyOf: ['idp:read'],
    component: IdpsPage,
    nav: { label: 'nav.idps', icon: SolutionOutlined },
  },
  { path: '/own-sessions', anyOf: [], component: OwnSessionsPage },
  {
    path: '/organisation',
    anyOf: [],
    component: OrganisationPage,
    nav: { label: 'nav.organisation', icon: BankOutlined, anyOf: ['unit:write', 'account:read'] },
  },
  {
    path: '/skill-groups',
    anyOf: ['skill-group:write'],
    component: SkillGroupsPage,
    nav: { label: 'nav.skill_groups', icon: ApartmentOutlined },
  },
  {
    path: '/sites',
    anyOf: ['site:write'],
    component: SitesPage,
    nav: { label: 'nav.sites', icon: GlobalOutlined },
  },
  { path: '/sites/:id', anyOf: ['site:write'], component: SitePage },
  {
    path: '/tokens',
    anyOf: ['token:write'],
    component: TokensPage,
    nav: { label: 'nav.tokens', icon: KeyOutlined },
  },
  {
    path: '/first-steps',
    anyOf: ['settings:read'],
    component: FirstStepsPage,
    nav: { label: 'nav.first_steps', icon: OrderedListOutlined },
  },
  { path: '/help', anyOf: [], component: HelpPage },
  { path: '/help/:guide', anyOf: [], component: HelpPage },
  {
    path: '/webhooks',
    anyOf: ['webhook:write'],
    component: WebhooksPage,
    nav: { label: 'nav.webhooks', icon: NotificationOutlined },
  },
  {
    path: '/connectors',
    anyOf: ['connector:read'],
    component: ConnectorsPage,
    nav: { label: 'nav.connectors', icon: ApiOutlined },
  },
  {
    path: '/egress',
    anyOf: ['egress:read'],
    component: EgressPage,
    nav: { label: 'nav.egress', icon: ExportOutlined },
  },
  {
    path: '/defence',
    anyOf: ['defence:read'],
    component: DefencePage,
    nav: { label: 'nav.defence', icon: AlertOutlined },
  },
  {
    path: '/jobs',
    anyOf: ['job:read'],
    component: JobsPage,
    nav: { label: 'nav.jobs', icon: ClockCircleOutlined },
  },
  {
    path: '/notifications',
    anyOf: ['notify:read'],
    component: NotifyChannelsPage,
    nav: { label: 'nav.notifications', icon: AlertOutlined },
  },
  {
    path: '/settings',
    anyOf: ['settings:read'],
    component: SettingsPage,
    nav: { label: 'nav.settings', icon: SettingOutlined },
  },
  { path: '/settings/:section', anyOf: ['settings:read'], component: SettingsPage },
  {
    path: '/system',
    anyOf: ['system:read'],
    component: SystemPage,
    nav: { label: 'nav.system', icon: DashboardOutlined },
  },
];
