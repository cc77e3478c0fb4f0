import { App, Button } from 'antd';
import { useState } from 'react';
import { useCan } from '../../auth/index.ts';
import { ReasonDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { ARTICLE_LIMITS, useArticleActions, type Article, type ArticleVersion } from './article-data.ts';

/** Goes back to a version that was approved earlier; nothing for any other version. */
export function RollBackButton({ article, version }: { article: Article; version: ArticleVersion }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const can = useCan();
  const actions = useArticleActions();
  const [isOpen, setOpen] = useState(false);
  const isEarlier = version.approver !== undefined && version.state === 'retired';
  if (!isEarlier || !can('knowledge:approve')) return null;
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('gate.roll_back')}
      </Button>
      {isOpen && (
        <ReasonDialog
          title={t('gate.roll_back_title', { version: version.version })}
          hint={t('gate.roll_back_hint')}
          label={t('gate.roll_back_reason')}
          okText={t('gate.roll_back')}
          charactersMax={ARTICLE_LIMITS.reason}
          onSubmit={async (reason) => {
            await actions.rollBack(article.id, version.version, reason);
            void message.success(t('gate.rolled_back', { version: version.version }));
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
