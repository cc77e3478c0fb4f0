import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, type FormInstance } from 'antd';
import { useRef, type ClipboardEvent } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { ARTICLE_LIMITS, repeatedIndexes } from './article-data.ts';
import type { ArticleFormValues } from './article-form-data.ts';

/** One row of the list, with a mark when it repeats another wording. */
function SimilarRow(props: {
  name: number;
  isRepeated: boolean;
  onPaste: (event: ClipboardEvent<HTMLInputElement>) => void;
  onEnter: () => void;
  onRemove: () => void;
}) {
  const { t } = useI18n();
  const { name, isRepeated, onPaste, onEnter, onRemove } = props;
  const number = name + 1;
  return (
    <li className="similar-row">
      <Form.Item
        name={name}
        className="similar-field"
        {...(isRepeated && { validateStatus: 'warning' as const, help: t('article.form_similar_same') })}
      >
        <Input
          aria-label={t('article.form_similar_item', { number })}
          maxLength={ARTICLE_LIMITS.question}
          onPaste={onPaste}
          onPressEnter={(event) => {
            event.preventDefault();
            onEnter();
          }}
        />
      </Form.Item>
      <Button
        icon={<DeleteOutlined />}
        aria-label={t('article.form_similar_remove', { number })}
        title={t('article.form_similar_remove', { number })}
        onClick={onRemove}
      />
    </li>
  );
}

/** Similar questions one by one; Enter leads to the next row, and pasted lines become rows of their own. */
export function SimilarEditor({ form }: { form: FormInstance<ArticleFormValues> }) {
  const { t } = useI18n();
  const frame = useRef<HTMLDivElement>(null);
  const question = Form.useWatch('question', form) ?? '';
  const similar = Form.useWatch('similar', form) ?? [];
  const repeated = repeatedIndexes(
    question,
    similar.map((text) => text ?? ''),
  );

  function focusRow(index: number): void {
    // The row is drawn after the form's state was written.
    requestAnimationFrame(() => frame.current?.querySelectorAll('input')[index]?.focus());
  }

  function handlePaste(event: ClipboardEvent<HTMLInputElement>, at: number): void {
    const lines = event.clipboardData
      .getData('text')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
    if (lines.length < 2) return;
    event.preventDefault();
    const before = similar.slice(0, at + 1).filter((text, index) => index < at || (text ?? '').trim() !== '');
    const next = [...before, ...lines, ...similar.slice(at + 1)];
    form.setFieldValue('similar', next.slice(0, ARTICLE_LIMITS.similar));
  }

  return (
    <div ref={frame}>
      <Form.List name="similar">
        {(fields, { add, remove }) => {
          const canAdd = fields.length < ARTICLE_LIMITS.similar;
          const addRow = () => {
            if (!canAdd) return;
            add('');
            focusRow(fields.length);
          };
          return (
            <>
              <ol className="plain-list">
                {fields.map(({ key, name }) => (
                  <SimilarRow
                    key={key}
                    name={name}
                    isRepeated={repeated.has(name)}
                    onPaste={(event) => handlePaste(event, name)}
                    onEnter={() => (name + 1 < fields.length ? focusRow(name + 1) : addRow())}
                    onRemove={() => remove(name)}
                  />
                ))}
              </ol>
              <Button icon={<PlusOutlined />} disabled={!canAdd} onClick={addRow}>
                {t('article.form_similar_add')}
              </Button>
            </>
          );
        }}
      </Form.List>
    </div>
  );
}
