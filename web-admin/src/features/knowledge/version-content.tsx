import { useI18n } from '../../i18n/index.ts';
import type { ArticleVersion } from './article-data.ts';

/** Question, answer, and similar questions of one version. */
export function VersionContent({ version, lang }: { version: ArticleVersion; lang: string }) {
  const { t } = useI18n();
  return (
    <div className="version-content">
      <h3>{t('article.question')}</h3>
      <p lang={lang} className="keep-lines">
        {version.question}
      </p>
      <h3>{t('article.answer')}</h3>
      <p lang={lang} className="keep-lines answer-text">
        {version.answer}
      </p>
      <h3>
        {t('article.similar')} <span className="soft">({version.similar.length})</span>
      </h3>
      {version.similar.length === 0 ? (
        <p className="soft">{t('article.similar_none')}</p>
      ) : (
        <ul lang={lang} className="similar-list">
          {version.similar.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
