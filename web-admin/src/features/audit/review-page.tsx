import { useQueryClient } from '@tanstack/react-query';
import { Button, Segmented, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { useApi, usePageList } from '../../api/index.ts';
import { EmptyFace, ErrorFace, LoadMore, Page, ReasonDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { OfficerNav } from '../../officer/index.ts';
import { questionAddress } from './audit-data.ts';
import './audit.css';

type AlertRule =
  | 'own-record'
  | 'colleague-record'
  | 'mass-reveal'
  | 'mass-view'
  | 'mass-export'
  | 'large-export'
  | 'many-refused'
  | 'out-of-hours'
  | 'value-unreadable';

/** What a rule found: many entries of one account, or of the system, within a day or a night. */
interface AuditAlert {
  id: string;
  rule: AlertRule;
  day: string;
  actor: { id: string; name: string };
  /** Colleagues whose records were looked at, the first of them. */
  subjects: { id: string; name: string }[];
  count: number;
  firstAt: string;
  lastAt: string;
  signedBy: { id: string; name: string } | null;
  signedAt: string | null;
  /** When more people were told, and when it was closed without a review. */
  escalatedAt: string | null;
  expiredAt: string | null;
  remark: string | null;
  version: number;
}

type ReviewState = 'open' | 'signed' | 'expired';

const NONE_TEXT = {
  open: 'audit.review_none',
  signed: 'audit.review_no_signed',
  expired: 'audit.review_no_expired',
} as const;
const REMARK_CHARACTERS_MAX = 500;
/** The end of a search is left out, so the last entry needs a moment more. */
const MOMENT_MS = 1;

/** The entries a rule counted, as a search of the trail. */
function entriesOf({ actor, rule, firstAt, lastAt }: AuditAlert): string {
  const to = new Date(new Date(lastAt).getTime() + MOMENT_MS).toISOString();
  if (rule === 'value-unreadable')
    return questionAddress({ action: 'crypto.auth-failed', from: firstAt, to });
  const isLook = rule === 'own-record' || rule === 'colleague-record' || rule === 'out-of-hours';
  return questionAddress({ actor: actor.id, ...(isLook && { class: 'personal-data' }), from: firstAt, to });
}

/** What was found, as a sentence. */
function useRuleText(): (alert: AuditAlert) => string {
  const { t, format } = useI18n();
  return ({ rule, actor, subjects, count }) => {
    const names = subjects.map(({ name }) => name).join(t('audit.review_and'));
    return t(`audit.rule.${rule}`, { actor: actor.name, subjects: names, count: format.number(count) });
  };
}

function Finding({ alert }: { alert: AuditAlert }) {
  const { t } = useI18n();
  const { day } = alert;
  const ruleText = useRuleText();
  return (
    <>
      {ruleText(alert)}
      <span className="soft second-line">
        {day} · <Link to={entriesOf(alert)}>{t('audit.review_entries')}</Link>
      </span>
      {alert.escalatedAt && !alert.signedAt && !alert.expiredAt && (
        <span className="second-line review-late">{t('audit.review_escalated')}</span>
      )}
      {alert.remark && (
        <span className="second-line">{t('audit.review_remark', { remark: alert.remark })}</span>
      )}
    </>
  );
}

function useColumns(onSign: (alert: AuditAlert) => void): TableColumnsType<AuditAlert> {
  const { t, format } = useI18n();
  return [
    { title: t('audit.review_finding'), render: (_value, alert) => <Finding alert={alert} /> },
    {
      title: t('audit.review_period'),
      width: 230,
      responsive: ['md'],
      render: (_value, { firstAt, lastAt }) => (
        <>
          <time dateTime={firstAt}>{format.exactTime(firstAt)}</time>
          <span className="soft second-line">{format.exactTime(lastAt)}</span>
        </>
      ),
    },
    {
      title: '',
      width: 180,
      align: 'right',
      render: (_value, alert) => {
        const closedAt = alert.signedAt ?? alert.expiredAt;
        if (closedAt === null) return <Button onClick={() => onSign(alert)}>{t('audit.review_sign')}</Button>;
        return (
          <>
            {alert.signedBy?.name ?? <span className="review-late">{t('audit.review_not_reviewed')}</span>}
            <span className="soft second-line">{format.exactTime(closedAt)}</span>
          </>
        );
      },
    },
  ];
}

/** The daily review: what rules found in the trail, and signing it off with a remark. */
export default function ReviewPage() {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const [state, setState] = useState<ReviewState>('open');
  const [signing, setSigning] = useState<AuditAlert | null>(null);
  const list = usePageList<AuditAlert>({
    resource: 'audit-alerts',
    path: '/audit/alerts',
    query: { state },
    isQuiet: true,
  });
  const columns = useColumns(setSigning);
  const ruleText = useRuleText();
  const sign = async ({ id, version }: AuditAlert, remark: string) => {
    await api.post(`/audit/alerts/${id}/sign`, { version, body: { remark } });
    setSigning(null);
    await cache.invalidateQueries({ queryKey: ['audit-alerts'] });
  };
  return (
    <Page
      title={t('audit.review_title')}
      tools={
        <>
          <Segmented
            value={state}
            onChange={setState}
            options={[
              { value: 'open' as const, label: t('audit.review_open') },
              { value: 'signed' as const, label: t('audit.review_signed') },
              { value: 'expired' as const, label: t('audit.review_expired') },
            ]}
          />
        </>
      }
    >
      <OfficerNav />
      <p className="soft">{t('audit.review_hint')}</p>
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<AuditAlert>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{
            emptyText: <EmptyFace text={t(NONE_TEXT[state])} />,
          }}
        />
      )}
      <LoadMore list={list} />
      {signing && (
        <ReasonDialog
          title={t('audit.review_sign_title')}
          hint={ruleText(signing)}
          label={t('audit.review_remark_label')}
          okText={t('audit.review_sign')}
          charactersMax={REMARK_CHARACTERS_MAX}
          onSubmit={(remark) => sign(signing, remark)}
          onClose={() => setSigning(null)}
        />
      )}
    </Page>
  );
}
