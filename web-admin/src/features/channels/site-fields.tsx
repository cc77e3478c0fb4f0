import { Form, Input, Select, Switch } from 'antd';
import type { Rule } from 'antd/es/form';
import { useI18n } from '../../i18n/index.ts';
import { useSkillGroups } from './site-data.ts';
import { areOrigins, isPublicKey, SITE_ID, SITE_LIMITS } from './site-rules.ts';

const LOCALES = ['zh-CN', 'en'] as const;

/** A rule of the form from a pure check. */
function checked(isRight: (text: string) => boolean, message: string): Rule {
  return {
    validator: (_rule, value: string = '') =>
      isRight(value) ? Promise.resolve() : Promise.reject(new Error(message)),
  };
}

function TextFields() {
  const { t } = useI18n();
  const required = { required: true, whitespace: true, message: t('field.required') };
  return (
    <>
      <Form.Item name={['texts', 'title']} label={t('site.text_title')} rules={[required]}>
        <Input maxLength={SITE_LIMITS.title} />
      </Form.Item>
      <Form.Item name={['texts', 'welcome']} label={t('site.text_welcome')} rules={[required]}>
        <Input.TextArea rows={2} maxLength={SITE_LIMITS.text} />
      </Form.Item>
      <Form.Item name={['texts', 'offline']} label={t('site.text_offline')} rules={[required]}>
        <Input.TextArea rows={2} maxLength={SITE_LIMITS.text} />
      </Form.Item>
    </>
  );
}

/** Fields of a site; the id of a new one only. */
export function SiteFields({ isNew }: { isNew: boolean }) {
  const { t } = useI18n();
  const { data: groups = [] } = useSkillGroups();
  const required = { required: true, whitespace: true, message: t('field.required') };
  return (
    <>
      {isNew && (
        <Form.Item
          name="id"
          label={t('site.id')}
          extra={t('site.id_rule')}
          rules={[required, { pattern: SITE_ID, message: t('site.id_rule') }]}
        >
          <Input maxLength={SITE_LIMITS.id} autoComplete="off" spellCheck={false} autoFocus />
        </Form.Item>
      )}
      <Form.Item name="name" label={t('site.name')} rules={[required]}>
        <Input maxLength={SITE_LIMITS.name} />
      </Form.Item>
      <Form.Item
        name="origins"
        label={t('site.origins')}
        extra={t('site.origins_hint')}
        rules={[checked(areOrigins, t('site.origins_rule'))]}
      >
        <Input.TextArea rows={3} spellCheck={false} />
      </Form.Item>
      <div className="field-pair">
        <Form.Item name="locale" label={t('site.locale')}>
          <Select
            options={LOCALES.map((value) => ({ value: value as string, label: t(`site.locale.${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="skillGroupId" label={t('site.group')}>
          <Select
            options={[
              { value: '', label: t('site.group_none') },
              ...groups.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </Form.Item>
      </div>
      <TextFields />
      <Form.Item
        name="publicKeyPem"
        label={t('site.key')}
        extra={t('site.key_hint')}
        rules={[checked(isPublicKey, t('site.key_rule'))]}
      >
        <Input.TextArea className="pem" rows={4} maxLength={SITE_LIMITS.publicKeyPem} spellCheck={false} />
      </Form.Item>
      <Form.Item
        name="isActive"
        label={t('site.active')}
        extra={t('site.active_hint')}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
    </>
  );
}
