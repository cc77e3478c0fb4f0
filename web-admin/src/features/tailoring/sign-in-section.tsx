import { Alert, Checkbox } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import { ROLES } from './simple-sections.tsx';
import { SectionFrame } from './section-frame.tsx';

interface SignIn {
  ssoOnlyRoles: string[];
}

/** Which roles sign in through an identity provider and in no other way. */
export function SignInSection() {
  const { t } = useI18n();
  return (
    <SectionFrame<SignIn> name="sign-in" hint={t('sign_in.hint')}>
      {({ value, change, isReadOnly }) => (
        <>
          <Checkbox.Group
            className="sign-in-roles"
            disabled={isReadOnly}
            value={value.ssoOnlyRoles}
            onChange={(ssoOnlyRoles) => change({ ssoOnlyRoles })}
            options={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
          />
          <Alert type="info" showIcon title={t('sign_in.emergency')} />
        </>
      )}
    </SectionFrame>
  );
}
