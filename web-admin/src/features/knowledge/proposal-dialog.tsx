import { Checkbox, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { FormDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { ArticleSelect } from './article-select.tsx';
import { ARTICLE_LIMITS } from './article-data.ts';
import { asProposed, type Acceptance, type Proposal } from './learning-data.ts';

interface Values {
  articleId?: string;
  question: string;
  similar: string[];
  answer: string;
}

function Fields({ proposal, isNew }: { proposal: Proposal; isNew: boolean }) {
  const { t } = useI18n();
  const others = asProposed({ kind: 'article', questions: proposal.questions }).similar;
  return (
    <>
      <Form.Item
        name="question"
        label={t(isNew ? 'article.question' : 'learning.wording')}
        rules={[{ required: true, whitespace: true, message: t('learning.needed') }]}
      >
        <Input maxLength={ARTICLE_LIMITS.question} />
      </Form.Item>
      {others.length > 0 && (
        <Form.Item name="similar" label={t('learning.more_wordings')}>
          <Checkbox.Group className="learning-wordings" options={others} />
        </Form.Item>
      )}
      {isNew && (
        <Form.Item
          name="answer"
          label={t('article.answer')}
          extra={t(proposal.reply === null ? 'learning.answer_hint' : 'learning.answer_from')}
          rules={[{ required: true, whitespace: true, message: t('learning.needed') }]}
        >
          <Input.TextArea rows={5} maxLength={ARTICLE_LIMITS.answer} />
        </Form.Item>
      )}
    </>
  );
}

/** A proposal before it becomes a draft: the wording as it should stand, and where it belongs. */
export function ProposalDialog(props: {
  proposal: Proposal;
  onAccept: (body: Acceptance) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const { proposal } = props;
  const [isNew, setNew] = useState(proposal.kind === 'article');
  const known =
    proposal.articleId !== null && proposal.articleQuestion !== null
      ? { id: proposal.articleId, question: proposal.articleQuestion }
      : undefined;
  return (
    <FormDialog<Values>
      title={t('learning.accept_title')}
      okText={t('learning.make_draft')}
      initialValues={{
        ...asProposed(proposal),
        // One that a person has to put in general words first is shown as it was asked.
        question: asProposed(proposal).question || proposal.questions[0],
        answer: proposal.reply ?? '',
        ...(proposal.articleId !== null && { articleId: proposal.articleId }),
      }}
      onClose={props.onClose}
      onSubmit={({ question, similar, answer, articleId }) =>
        props.onAccept({
          question: question.trim(),
          similar: similar ?? [],
          ...(isNew ? { answer: answer.trim() } : { articleId }),
        })
      }
    >
      <p className="soft">{t('learning.accept_hint')}</p>
      {proposal.articleId === null && (
        <Form.Item label={t('learning.becomes')}>
          <Radio.Group
            value={isNew ? 'article' : 'similar'}
            onChange={(event) => setNew(event.target.value === 'article')}
            options={(['article', 'similar'] as const).map((value) => ({
              value,
              label: t(`learning.kind.${value}`),
            }))}
          />
        </Form.Item>
      )}
      {!isNew && (
        <Form.Item
          name="articleId"
          label={t('learning.article')}
          rules={[{ required: true, message: t('learning.needed') }]}
        >
          <ArticleSelect label={t('learning.article')} locale={proposal.locale} known={known} />
        </Form.Item>
      )}
      <Fields proposal={proposal} isNew={isNew} />
    </FormDialog>
  );
}
