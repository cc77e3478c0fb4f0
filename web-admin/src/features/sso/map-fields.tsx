import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Select, Switch } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import { useRoleName, useRoles } from '../../roles/index.ts';
import { ATTRIBUTE_NAMES } from './idp-data.ts';

const TEXT_MAX = 256;
const RULES_MAX = 500;
const FLAGS = ['jit', 'requireEncrypted', 'allowCbc', 'allow3des'] as const;

function Rules() {
  const { t } = useI18n();
  const { data } = useRoles();
  const nameOf = useRoleName();
  const required = { required: true, message: t('field.required') };
  const roles = (data?.items ?? []).map(({ id }) => ({ value: id, label: nameOf(id) }));
  return (
    <Form.List name={['map', 'roles']}>
      {(fields, { add, remove }) => (
        <div className="idp-rules">
          {fields.map(({ key, name }) => (
            <div className="idp-rule" key={key}>
              <Form.Item name={[name, 'group']} label={t('idp.rule.group')} rules={[required]}>
                <Input maxLength={TEXT_MAX} spellCheck={false} placeholder="agents" />
              </Form.Item>
              <Form.Item name={[name, 'role']} label={t('idp.rule.role')} rules={[required]}>
                <Select options={roles} showSearch={{ optionFilterProp: 'label' }} />
              </Form.Item>
              <Form.Item name={[name, 'unit']} label={t('idp.rule.unit')}>
                <Input maxLength={TEXT_MAX} spellCheck={false} />
              </Form.Item>
              <Form.Item name={[name, 'skillGroups']} label={t('idp.rule.skill_groups')}>
                <Select mode="tags" tokenSeparators={[',', '，']} open={false} suffixIcon={null} />
              </Form.Item>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={t('idp.rule.remove')}
                onClick={() => remove(name)}
              />
            </div>
          ))}
          <Button icon={<PlusOutlined />} disabled={fields.length >= RULES_MAX} onClick={() => add({})}>
            {t('idp.rule.add')}
          </Button>
        </div>
      )}
    </Form.List>
  );
}

/** The map of an identity provider: claims, rules, and what is let through besides the usual. */
export function MapFields() {
  const { t } = useI18n();
  const policies = (['both', 'assertion', 'response'] as const).map((value) => ({
    ...{ value, label: t(`idp.policy.${value}`) },
  }));
  return (
    <>
      <h3>{t('idp.attributes')}</h3>
      <p className="soft">{t('idp.attributes_hint')}</p>
      <div className="idp-attributes">
        {ATTRIBUTE_NAMES.map((name) => (
          <Form.Item
            key={name}
            name={['map', 'attributes', name]}
            label={t(`idp.attribute.${name}`)}
            rules={[{ required: name === 'username', message: t('field.required') }]}
          >
            <Input maxLength={TEXT_MAX} spellCheck={false} />
          </Form.Item>
        ))}
      </div>
      <h3>{t('idp.rules')}</h3>
      <p className="soft">{t('idp.rules_hint')}</p>
      <Rules />
      <h3>{t('idp.options')}</h3>
      <Form.Item name={['map', 'signPolicy']} label={t('idp.policy')}>
        <Select options={policies} />
      </Form.Item>
      {FLAGS.map((name) => (
        <div className="idp-flag" key={name}>
          <Form.Item name={['map', name]} valuePropName="checked" noStyle>
            <Switch size="small" aria-label={t(`idp.flag.${name}`)} />
          </Form.Item>
          <span>{t(`idp.flag.${name}`)}</span>
        </div>
      ))}
    </>
  );
}
