import { App, Button, Modal } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { toApiError } from '../../api/index.ts';
import { useCan, useSession } from '../../auth/index.ts';
import { ReasonDialog, useProblemToast } from '../../components/index.ts';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import {
  allows,
  ARTICLE_LIMITS,
  currentVersion,
  useArticleActions,
  type Article,
  type ArticleAct,
} from './article-data.ts';
import { ArticleProblem } from './article-problem.tsx';

type ReasonAct = 'reject' | 'retire';

const REASON_TEXTS: Record<ReasonAct, Record<'title' | 'hint' | 'label' | 'ok' | 'done', MessageKey>> = {
  reject: {
    title: 'article.reject_title',
    hint: 'article.reject_hint',
    label: 'article.reject_reason',
    ok: 'article.reject',
    done: 'article.was_rejected',
  },
  retire: {
    title: 'article.retire_title',
    hint: 'article.retire_hint',
    label: 'article.retire_reason',
    ok: 'article.retire',
    done: 'article.was_retired',
  },
};

function ReasonActDialog(props: { article: Article; act: ReasonAct; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useArticleActions();
  const texts = REASON_TEXTS[props.act];
  async function handleSubmit(reason: string): Promise<void> {
    await actions[props.act](props.article.id, reason);
    void message.success(t(texts.done));
  }
  return (
    <ReasonDialog
      title={t(texts.title)}
      hint={t(texts.hint)}
      label={t(texts.label)}
      okText={t(texts.ok)}
      isDanger={props.act === 'retire'}
      charactersMax={ARTICLE_LIMITS.reason}
      onSubmit={handleSubmit}
      onClose={props.onClose}
    />
  );
}

function ApproveDialog(props: { article: Article; version: number; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  const actions = useArticleActions();
  const [isSending, setSending] = useState(false);
  const { article, version, onClose } = props;
  async function handleOk(): Promise<void> {
    setSending(true);
    try {
      await actions.approve(article.id);
      void message.success(t('article.approved', { version }));
    } catch (thrown) {
      const problem = toApiError(thrown);
      if (problem.code === 'article.question_taken') {
        void message.error({ content: <ArticleProblem error={problem} />, duration: 12 });
      } else showProblem(thrown);
    } finally {
      onClose();
    }
  }
  return (
    <Modal
      open
      title={t('article.approve')}
      okText={t('article.approve')}
      okButtonProps={{ loading: isSending }}
      onOk={() => void handleOk()}
      onCancel={onClose}
    >
      <p>{t('article.approve_confirm', { version })}</p>
    </Modal>
  );
}

function SubmitButton({ article }: { article: Article }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  const actions = useArticleActions();
  const [isSending, setSending] = useState(false);
  async function handleClick(): Promise<void> {
    setSending(true);
    try {
      await actions.submit(article.id);
      void message.success(t('article.submitted'));
    } catch (thrown) {
      showProblem(thrown);
    } finally {
      setSending(false);
    }
  }
  return (
    <Button
      type="primary"
      title={t('article.submit_hint')}
      loading={isSending}
      onClick={() => void handleClick()}
    >
      {t('article.submit')}
    </Button>
  );
}

/** Buttons of what the state and the account's rights allow. Four eyes: an author gets no approve button that works. */
export function ArticleActs({ article }: { article: Article }) {
  const { t } = useI18n();
  const can = useCan();
  const navigate = useNavigate();
  const { account } = useSession();
  const [dialog, setDialog] = useState<'approve' | ReasonAct>();
  const version = currentVersion(article);
  const isOwn = version?.authorId === account.id;
  const mayWrite = can('knowledge:write');
  const mayApprove = can('knowledge:approve');
  const offers = (act: ArticleAct, may: boolean) => may && allows(article, act);
  const close = () => setDialog(undefined);
  return (
    <>
      {offers('approve', mayApprove) && (
        <Button
          type="primary"
          disabled={isOwn}
          aria-describedby={isOwn ? 'own-version' : undefined}
          onClick={() => setDialog('approve')}
        >
          {t('article.approve')}
        </Button>
      )}
      {offers('reject', mayApprove) && (
        <Button onClick={() => setDialog('reject')}>{t('article.reject')}</Button>
      )}
      {offers('submit', mayWrite) && <SubmitButton article={article} />}
      {offers('revise', mayWrite) && (
        <Button onClick={() => void navigate(`/knowledge/${article.id}/edit`)}>{t('article.edit')}</Button>
      )}
      {offers('retire', mayApprove) && (
        <Button danger onClick={() => setDialog('retire')}>
          {t('article.retire')}
        </Button>
      )}
      {dialog === 'approve' && version && (
        <ApproveDialog article={article} version={version.version} onClose={close} />
      )}
      {(dialog === 'reject' || dialog === 'retire') && (
        <ReasonActDialog article={article} act={dialog} onClose={close} />
      )}
    </>
  );
}
