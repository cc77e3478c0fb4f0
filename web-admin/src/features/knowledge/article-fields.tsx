import { DatePicker, Form, Input, Radio, Select, type FormInstance } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import { ARTICLE_LIMITS, ARTICLE_LOCALES, categoryNames, useCategories } from './article-data.ts';
import type { ArticleFormValues } from './article-form-data.ts';
import { SimilarEditor } from './similar-editor.tsx';

/** Characters as people count them, not UTF-16 units. */
const countCharacters = (text: string) => [...text].length;

/** Question, answer, and similar questions. */
export function ContentFields({ form }: { form: FormInstance<ArticleFormValues> }) {
  const { t } = useI18n();
  const required = { required: true, whitespace: true, message: t('field.required') };
  const atMost = (max: number) => ({
    validator: (_rule: unknown, value?: string) =>
      countCharacters(value ?? '') <= max
        ? Promise.resolve()
        : Promise.reject(new Error(t('field.too_long', { max }))),
  });
  return (
    <section className="panel" aria-label={t('article.form_content')}>
      <h2>{t('article.form_content')}</h2>
      <Form.Item
        name="question"
        label={t('article.question')}
        extra={t('article.form_question_hint')}
        rules={[required, atMost(ARTICLE_LIMITS.question)]}
      >
        <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} />
      </Form.Item>
      <Form.Item
        name="answer"
        className="answer-field"
        label={t('article.answer')}
        extra={t('article.form_answer_hint')}
        rules={[required, atMost(ARTICLE_LIMITS.answer)]}
      >
        <Input.TextArea
          autoSize={{ minRows: 5, maxRows: 24 }}
          count={{ show: true, max: ARTICLE_LIMITS.answer, strategy: countCharacters }}
        />
      </Form.Item>
      <h3>{t('article.similar')}</h3>
      <p className="soft">{t('article.form_similar_hint')}</p>
      <SimilarEditor form={form} />
    </section>
  );
}

function CategoryField({ form }: { form: FormInstance<ArticleFormValues> }) {
  const { t } = useI18n();
  const { data } = useCategories();
  const locale = Form.useWatch('locale', form);
  const options = categoryNames(data ?? [], locale).map((value) => ({ value, label: value }));
  return (
    <Form.Item
      name="category"
      label={t('article.category')}
      extra={t('article.form_category_hint')}
      rules={[
        { required: true, message: t('field.required') },
        {
          validator: (_rule, value?: string[]) =>
            (value?.[0] ?? '').length <= ARTICLE_LIMITS.category
              ? Promise.resolve()
              : Promise.reject(new Error(t('field.too_long', { max: ARTICLE_LIMITS.category }))),
        },
      ]}
    >
      <Select mode="tags" maxCount={1} options={options} />
    </Form.Item>
  );
}

/** Language, category, risk, validity, and for a new version the reason. */
export function RuleFields(props: { form: FormInstance<ArticleFormValues>; isNew: boolean }) {
  const { t } = useI18n();
  const { form, isNew } = props;
  return (
    <section className="panel" aria-label={t('article.form_rules')}>
      <h2>{t('article.form_rules')}</h2>
      <Form.Item name="locale" label={t('article.locale')} hidden={!isNew}>
        <Radio.Group
          options={ARTICLE_LOCALES.map((value) => ({ value, label: t(`article.locale.${value}`) }))}
        />
      </Form.Item>
      <CategoryField form={form} />
      <Form.Item name="riskLevel" label={t('article.risk')}>
        <Radio.Group
          className="radio-column"
          options={(['normal', 'high'] as const).map((value) => ({
            value,
            label: t(`article.risk.${value}`),
          }))}
        />
      </Form.Item>
      <Form.Item name="validFrom" label={t('article.valid_from')} extra={t('article.valid_hint')}>
        <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" className="fact-select" />
      </Form.Item>
      <Form.Item
        name="validTo"
        label={t('article.valid_to')}
        dependencies={['validFrom']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_rule, value?: ArticleFormValues['validTo']) => {
              const from = getFieldValue('validFrom') as ArticleFormValues['validFrom'];
              const isOrdered = !from || !value || from.isBefore(value);
              return isOrdered ? Promise.resolve() : Promise.reject(new Error(t('article.valid_order')));
            },
          }),
        ]}
      >
        <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" className="fact-select" />
      </Form.Item>
      {!isNew && (
        <Form.Item
          name="reason"
          label={t('article.form_reason')}
          rules={[{ required: true, whitespace: true, message: t('field.required') }]}
        >
          <Input.TextArea rows={3} maxLength={ARTICLE_LIMITS.reason} />
        </Form.Item>
      )}
    </section>
  );
}
