import { Alert, App, Button, Form, Modal } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useBlocker, useNavigate, useParams } from 'react-router';
import { toApiError, type ApiError } from '../../api/index.ts';
import { ErrorFace, LoadingFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  currentVersion,
  useArticle,
  useArticleActions,
  type Article,
  type ArticleVersion,
} from './article-data.ts';
import { ContentFields, RuleFields } from './article-fields.tsx';
import { contentOf, fieldProblem, initialValues, type ArticleFormValues } from './article-form-data.ts';
import { ArticleProblem } from './article-problem.tsx';
import './knowledge.css';

/** Asks before what was typed is lost: inside of the console by a dialog, for the tab by the browser's own question. */
function useLeaveGuard(isDirty: () => boolean) {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => isDirty() && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    const handleUnload = (event: BeforeUnloadEvent) => {
      if (isDirty()) event.preventDefault();
    };
    window.addEventListener('beforeunload', handleUnload);
    return () => window.removeEventListener('beforeunload', handleUnload);
  }, [isDirty]);
  return blocker;
}

function LeaveDialog({ blocker }: { blocker: ReturnType<typeof useBlocker> }) {
  const { t } = useI18n();
  return (
    <Modal
      open={blocker.state === 'blocked'}
      title={t('article.form_leave_title')}
      okText={t('article.form_leave')}
      cancelText={t('article.form_stay')}
      okButtonProps={{ danger: true }}
      onOk={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
    >
      <p>{t('article.form_leave_text')}</p>
    </Modal>
  );
}

/** Writes the draft, and submits it when asked to; problems of fields are shown at the fields. */
function useSave(article: Article | undefined, form: ReturnType<typeof Form.useForm<ArticleFormValues>>[0]) {
  const { tMaybe, t } = useI18n();
  const { message } = App.useApp();
  const actions = useArticleActions();
  const [error, setError] = useState<ApiError | null>(null);
  const [sending, setSending] = useState<'draft' | 'submit'>();

  function showError(thrown: unknown, values: ArticleFormValues): void {
    const problem = toApiError(thrown);
    const place = fieldProblem(problem, values);
    setError(problem);
    if (!place) return;
    const text = tMaybe(`article.problem.${place.problem}`) ?? t('error.request.invalid');
    form.setFields([{ name: place.field as never, errors: [text] }]);
    form.scrollToField(place.field as never);
  }

  /** The id of what was written; undefined when it was refused. */
  async function write(values: ArticleFormValues): Promise<string | undefined> {
    try {
      const content = contentOf(values);
      const saved = article
        ? await actions.revise(article.id, content, values.reason.trim())
        : await actions.create(values.locale, content);
      return saved.id;
    } catch (thrown) {
      showError(thrown, values);
      return undefined;
    }
  }

  async function save(values: ArticleFormValues, isSubmitted: boolean): Promise<string | undefined> {
    setError(null);
    setSending(isSubmitted ? 'submit' : 'draft');
    const id = await write(values);
    if (id && isSubmitted) {
      // The draft is safe by now; a refused submission is shown on its page, where it can be repeated.
      await actions.submit(id).then(
        () => void message.success(t('article.submitted')),
        (thrown: unknown) => void message.error(<ArticleProblem error={toApiError(thrown)} />),
      );
    } else if (id) void message.success(t('article.form_saved'));
    setSending(undefined);
    return id;
  }

  return { save, error, sending };
}

function ArticleForm({ article, version }: { article?: Article; version?: ArticleVersion | undefined }) {
  const { t, locale } = useI18n();
  const navigate = useNavigate();
  const [form] = Form.useForm<ArticleFormValues>();
  const isSubmitted = useRef(false);
  const isSaved = useRef(false);
  const { save, error, sending } = useSave(article, form);
  const isDirty = useRef(() => !isSaved.current && form.isFieldsTouched()).current;
  const blocker = useLeaveGuard(isDirty);

  async function handleFinish(values: ArticleFormValues): Promise<void> {
    const id = await save(values, isSubmitted.current);
    if (!id) return;
    isSaved.current = true;
    void navigate(`/knowledge/${id}`, { replace: true });
  }

  function submitAs(isForReview: boolean): void {
    isSubmitted.current = isForReview;
    form.submit();
  }

  return (
    <Form<ArticleFormValues>
      form={form}
      layout="vertical"
      scrollToFirstError
      initialValues={initialValues(article?.locale ?? locale, version)}
      onFinish={handleFinish}
    >
      {article && (
        <Alert
          className="dialog-alert"
          type="info"
          showIcon
          title={t('article.form_replaces', { version: (article.versions[0]?.version ?? 0) + 1 })}
        />
      )}
      <div className="form-columns">
        <ContentFields form={form} />
        <RuleFields form={form} isNew={!article} />
      </div>
      <div className="form-foot">
        {error && (
          <Alert className="form-problem" type="error" showIcon title={<ArticleProblem error={error} />} />
        )}
        <Button type="primary" loading={sending === 'draft'} onClick={() => submitAs(false)}>
          {t('article.form_save')}
        </Button>
        <Button loading={sending === 'submit'} onClick={() => submitAs(true)}>
          {t('article.form_save_submit')}
        </Button>
        <Button
          type="text"
          onClick={() => void navigate(article ? `/knowledge/${article.id}` : '/knowledge')}
        >
          {t('action.cancel')}
        </Button>
      </div>
      <LeaveDialog blocker={blocker} />
    </Form>
  );
}

/** Changes an article: its form starts with the newest version. */
function EditArticlePage() {
  const { id = '' } = useParams();
  const { t } = useI18n();
  const { data: article, error, refetch } = useArticle(id);
  if (error && !article) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!article) return <LoadingFace />;
  return (
    <Page title={t('article.edit')}>
      <ArticleForm key={article.id} article={article} version={currentVersion(article)} />
    </Page>
  );
}

/** Writes a new article, or with an id in the address a new version of one. */
export default function ArticleFormPage() {
  const { id } = useParams();
  const { t } = useI18n();
  if (id) return <EditArticlePage />;
  return (
    <Page title={t('article.create')}>
      <ArticleForm />
    </Page>
  );
}
