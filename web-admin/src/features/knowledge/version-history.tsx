import { Button } from 'antd';
import { useId, useMemo, useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import type { Article, ArticleVersion } from './article-data.ts';
import { useValidityText, VersionStateMark } from './article-marks.tsx';
import { diffList, diffText, type DiffPart } from './text-diff.ts';
import { RollBackButton } from './roll-back-button.tsx';
import { VersionContent } from './version-content.tsx';

function DiffText({ parts, lang }: { parts: readonly DiffPart[]; lang: string }) {
  const { t } = useI18n();
  return (
    <p lang={lang} className="keep-lines diff">
      {parts.map((part, index) => {
        if (part.kind === 'same') return <span key={index}>{part.text}</span>;
        const Tag = part.kind === 'removed' ? 'del' : 'ins';
        const label = t(part.kind === 'removed' ? 'article.diff_removed' : 'article.diff_added');
        return (
          <Tag key={index}>
            <span className="visually-hidden">{label}</span>
            {part.text}
          </Tag>
        );
      })}
    </p>
  );
}

function ListDiff(props: { before: ArticleVersion; after: ArticleVersion; lang: string }) {
  const { t } = useI18n();
  const { removed, added } = diffList(props.before.similar, props.after.similar);
  return (
    <ul className="similar-list diff" lang={props.lang}>
      {removed.map((text) => (
        <li key={`-${text}`}>
          <del>
            <span className="visually-hidden">{t('article.diff_removed')}</span>
            {text}
          </del>
        </li>
      ))}
      {added.map((text) => (
        <li key={`+${text}`}>
          <ins>
            <span className="visually-hidden">{t('article.diff_added')}</span>
            {text}
          </ins>
        </li>
      ))}
    </ul>
  );
}

/** Category, risk, and validity as lines, so that the comparison of texts covers them too. */
function useRuleLines(): (version: ArticleVersion) => string {
  const { t } = useI18n();
  const validityText = useValidityText();
  return (version) =>
    [version.category, t(`article.risk.${version.riskLevel}`), validityText(version)].join(' · ');
}

function Comparison(props: { before: ArticleVersion; after: ArticleVersion; lang: string }) {
  const { t } = useI18n();
  const { before, after, lang } = props;
  const ruleLines = useRuleLines();
  const texts = useMemo(
    () => ({
      question: diffText(before.question, after.question),
      answer: diffText(before.answer, after.answer),
    }),
    [before, after],
  );
  const similar = diffList(before.similar, after.similar);
  const isSimilarChanged = similar.removed.length + similar.added.length > 0;
  const areRulesChanged = ruleLines(before) !== ruleLines(after);
  const isChanged = (parts: readonly DiffPart[]) => parts.some((part) => part.kind !== 'same');
  const rows = [
    { key: 'question', label: t('article.question'), parts: texts.question },
    { key: 'answer', label: t('article.answer'), parts: texts.answer },
  ].filter((row) => isChanged(row.parts));
  if (rows.length === 0 && !isSimilarChanged && !areRulesChanged) {
    return <p className="soft">{t('article.diff_same')}</p>;
  }
  return (
    <>
      {rows.map((row) => (
        <div key={row.key}>
          <h3>{row.label}</h3>
          <DiffText parts={row.parts} lang={lang} />
        </div>
      ))}
      {isSimilarChanged && (
        <div>
          <h3>{t('article.similar')}</h3>
          <ListDiff before={before} after={after} lang={lang} />
        </div>
      )}
      {areRulesChanged && (
        <div>
          <h3>{t('article.form_rules')}</h3>
          <DiffText
            lang={lang}
            parts={[
              { kind: 'removed', text: ruleLines(before) },
              { kind: 'added', text: ruleLines(after) },
            ]}
          />
        </div>
      )}
    </>
  );
}

function VersionFacts({ version }: { version: ArticleVersion }) {
  const { t, format } = useI18n();
  const facts: [string, string][] = [
    [t('article.author'), `${version.author} · ${format.dateTime(version.createdAt)}`],
  ];
  if (version.approver && version.approvedAt) {
    facts.push([t('article.approver'), `${version.approver} · ${format.dateTime(version.approvedAt)}`]);
  }
  if (version.reason) facts.push([t('article.change_reason'), version.reason]);
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>{t('article.fingerprint')}</dt>
        <dd>
          <code title={version.contentHash}>{version.contentHash.slice(0, 12)}</code>
        </dd>
      </div>
    </dl>
  );
}

function VersionRow(props: {
  article: Article;
  version: ArticleVersion;
  before: ArticleVersion | undefined;
  lang: string;
}) {
  const { t } = useI18n();
  const { version, before, lang } = props;
  const [open, setOpen] = useState<'diff' | 'content'>();
  const regionId = useId();
  const toggle = (name: 'diff' | 'content') => setOpen(open === name ? undefined : name);
  const button = (name: 'diff' | 'content', text: string) => (
    <Button size="small" aria-expanded={open === name} aria-controls={regionId} onClick={() => toggle(name)}>
      {text}
    </Button>
  );
  return (
    <li className="version-row">
      <div className="version-head">
        <strong>{t('article.version', { version: version.version })}</strong>
        <VersionStateMark state={version.state} />
      </div>
      <VersionFacts version={version} />
      {version.rejectedReason && (
        <p className="rejected-note">{t('article.rejected', { reason: version.rejectedReason })}</p>
      )}
      <div className="version-tools">
        {before ? (
          button('diff', t('article.compare', { version: before.version }))
        ) : (
          <span className="soft">{t('article.compare_first')}</span>
        )}
        {button('content', t('article.show_version'))}
        <RollBackButton article={props.article} version={version} />
      </div>
      <div id={regionId}>
        {open === 'diff' && before && <Comparison before={before} after={version} lang={lang} />}
        {open === 'content' && <VersionContent version={version} lang={lang} />}
      </div>
    </li>
  );
}

/** All versions, newest first, each compared with the one before it. */
export function VersionHistory({ article }: { article: Article }) {
  const { t } = useI18n();
  return (
    <section className="panel" aria-label={t('article.history')}>
      <h2>{t('article.history')}</h2>
      <p className="soft">{t('article.history_hint')}</p>
      <ol className="version-list">
        {article.versions.map((version, index) => (
          <VersionRow
            key={version.version}
            article={article}
            version={version}
            before={article.versions[index + 1]}
            lang={article.locale}
          />
        ))}
      </ol>
    </section>
  );
}
