import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useCan, useSession } from '../../auth/index.ts';
import { ErrorFace, LoadingFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { ArticleActs } from './article-acts.tsx';
import { currentVersion, useArticle, type Article, type ArticleVersion } from './article-data.ts';
import { ArticleStateMark, RiskMark, useValidityText } from './article-marks.tsx';
import { JudgementNote } from './judgement.tsx';
import { VersionContent } from './version-content.tsx';
import { VersionHistory } from './version-history.tsx';
import './knowledge.css';

/** What a reader must know before acting: whose turn it is, and what is live meanwhile. */
function StateNotes({ article, version }: { article: Article; version: ArticleVersion }) {
  const { t } = useI18n();
  const { account } = useSession();
  const mayApprove = useCan()('knowledge:approve');
  const isOwn = version.authorId === account.id;
  const reviewNote = !mayApprove ? 'article.awaits' : isOwn ? 'article.approve_own' : 'article.awaits_you';
  const { publishedVersion: live, draftVersion: draft } = article;
  return (
    <>
      {version.rejectedReason && version.state === 'draft' && (
        <Alert
          className="dialog-alert"
          type="warning"
          showIcon
          title={t('article.rejected', { reason: version.rejectedReason })}
        />
      )}
      {article.state === 'review' && (
        <Alert
          className="dialog-alert"
          type="info"
          showIcon
          title={<span id="own-version">{t(reviewNote)}</span>}
        />
      )}
      {live !== undefined && draft !== undefined && (
        <Alert
          className="dialog-alert"
          type="info"
          showIcon
          title={t('article.live_meanwhile', { live, draft })}
        />
      )}
    </>
  );
}

function Details({ article, version }: { article: Article; version: ArticleVersion }) {
  const { t, format } = useI18n();
  const validityText = useValidityText();
  const { publishedVersion: live } = article;
  const facts: { name: string; value: ReactNode }[] = [
    { name: t('article.state'), value: <ArticleStateMark state={article.state} /> },
    {
      name: t('article.live'),
      value: live === undefined ? t('article.live_none') : t('article.version', { version: live }),
    },
    { name: t('article.category'), value: version.category },
    { name: t('article.locale'), value: t(`article.locale.${article.locale}`) },
    { name: t('article.risk'), value: t(`article.risk.${version.riskLevel}`) },
    { name: t('article.validity'), value: validityText(version) },
    { name: t('article.owner'), value: article.owner },
    { name: t('article.author'), value: `${version.author} · ${format.dateTime(version.createdAt)}` },
    { name: t('article.updated'), value: format.dateTime(article.updatedAt) },
  ];
  if (version.approver && version.approvedAt) {
    facts.push({
      name: t('article.approver'),
      value: `${version.approver} · ${format.dateTime(version.approvedAt)}`,
    });
  }
  return (
    <section className="panel" aria-label={t('article.details')}>
      <h2>{t('article.details')}</h2>
      <dl className="facts">
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** One article: the version in work or live, its versions, and what may be done with it. */
export default function ArticlePage() {
  const { id = '' } = useParams();
  const { t } = useI18n();
  const { data: article, error, refetch } = useArticle(id);
  if (error && !article) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  const version = article && currentVersion(article);
  if (!article || !version) return <LoadingFace />;
  return (
    <Page title={version.question} tools={<ArticleActs article={article} />}>
      <p className="page-back">
        <Link to="/knowledge">← {t('article.list')}</Link>
      </p>
      <StateNotes article={article} version={version} />
      <JudgementNote article={article} />
      <div className="ticket-columns">
        <section className="panel" aria-label={t('article.version', { version: version.version })}>
          <h2>
            {t('article.version', { version: version.version })} <RiskMark riskLevel={version.riskLevel} />
          </h2>
          <VersionContent version={version} lang={article.locale} />
        </section>
        <Details article={article} version={version} />
      </div>
      <VersionHistory article={article} />
    </Page>
  );
}
