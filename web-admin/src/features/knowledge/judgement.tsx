import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useApi } from '../../api/index.ts';
import { useCan } from '../../auth/index.ts';
import { useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useQueryClient } from '@tanstack/react-query';
import type { Article, Judgement } from './article-data.ts';

const CHANGED_SHOWN = 20;

function Changed({ judgement }: { judgement: Judgement }) {
  const { t, format } = useI18n();
  const worse = judgement.changed.filter(({ isWorse }) => isWorse);
  return (
    <>
      <p>
        {t('gate.shares', {
          must: judgement.mustFailed,
          before: format.percent(judgement.rightBefore),
          after: format.percent(judgement.rightAfter),
          falseBefore: format.percent(judgement.falseBefore),
          falseAfter: format.percent(judgement.falseAfter),
        })}
      </p>
      <ul className="similar-list">
        {worse.slice(0, CHANGED_SHOWN).map((changed) => (
          <li key={changed.caseId}>
            {changed.question} {changed.isMust && <strong>{t('gate.must')}</strong>}
          </li>
        ))}
      </ul>
      {worse.length > CHANGED_SHOWN && (
        <p className="soft">{t('gate.more', { count: worse.length - CHANGED_SHOWN })}</p>
      )}
    </>
  );
}

/** What the gate says of an approved version that is not published: it is being judged, or which answers would change. */
export function JudgementNote({ article }: { article: Article }) {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const mayWrite = useCan()('knowledge:write');
  const showProblem = useProblemToast();
  const [isSending, setSending] = useState(false);
  if (article.state !== 'approved') return null;
  const { judgement } = article;
  if (!judgement) return <Alert className="dialog-alert" type="info" showIcon title={t('gate.waiting')} />;
  async function handleAgain(): Promise<void> {
    setSending(true);
    try {
      await api.post(`/articles/${article.id}/judge`, { body: {} });
    } catch (thrown) {
      showProblem(thrown);
    } finally {
      setSending(false);
      await cache.invalidateQueries({ queryKey: ['articles'] });
    }
  }
  return (
    <Alert
      className="dialog-alert"
      type="error"
      showIcon
      title={t(judgement.cases === 0 ? 'gate.taken' : 'gate.blocked')}
      description={judgement.cases > 0 && <Changed judgement={judgement} />}
      action={
        mayWrite && (
          <Button size="small" loading={isSending} onClick={() => void handleAgain()}>
            {t('gate.again')}
          </Button>
        )
      }
    />
  );
}
