import type { IdentityDeps } from './identity/index.ts';
import { registerTemplates, type Notifier } from './platform/notify/index.ts';

registerTemplates({
  'sso.certificate-ends': {
    zh: {
      title: '身份提供方证书即将到期',
      body: '{idp} 的证书 {fingerprint} 还有 {days} 天到期，另有 {others} 个更晚到期的证书。请在到期前加入新证书。',
    },
    en: {
      title: 'A certificate of an identity provider comes to its end',
      body:
        'Certificate {fingerprint} of {idp} ends in {days} days; {others} others last longer. Put the next one in ' +
        'before that.',
    },
  },
  'sso.certificate-ended': {
    zh: {
      title: '身份提供方证书已到期',
      body: '{idp} 的证书 {fingerprint} 已到期（{days}），不再使用；另有 {others} 个更晚到期的证书。',
    },
    en: {
      title: 'A certificate of an identity provider has ended',
      body: 'Certificate {fingerprint} of {idp} has ended ({days}) and is not used any more; {others} others last longer.',
    },
  },
  'sso.own-key-ends': {
    zh: {
      title: '本系统的单点登录密钥即将到期',
      body: '密钥 {fingerprint} 还有 {days} 天到期。新密钥已发布，请让身份提供方重新读取本系统的元数据。',
    },
    en: {
      title: 'Our own key of single sign-on comes to its end',
      body:
        'Key {fingerprint} ends in {days} days. The next one is published: have the identity providers load our ' +
        'metadata anew.',
    },
  },
  'sso.break-glass': {
    zh: {
      title: '有人使用应急账号登录',
      body: '账号 {account} 绕过身份提供方，用密码和动态码登录。请立即核实，并在审计追踪中查看其操作。',
    },
    en: {
      title: 'An emergency account was used',
      body:
        'Account {account} came in with password and code instead of the identity provider. Check at once who it was, ' +
        'and read in the audit trail what was done.',
    },
  },
  'sso.metadata-failed': {
    zh: {
      title: '身份提供方元数据未能更新',
      body: '{idp} 的元数据未更新（{fault}），仍使用原有的设置。请在“身份提供方”页面查看。',
    },
    en: {
      title: 'Metadata of an identity provider was not taken over',
      body: 'Metadata of {idp} was not taken over ({fault}); what is known goes on. Look at the page Identity providers.',
    },
  },
});

/** Both administrators who decide on identity providers. */
const TO = { permission: ['idp:write', 'idp:approve'] };

/** An emergency sign-in is everybody's matter who watches over others. */
const TO_WATCH = { permission: ['idp:approve', 'audit:read', 'audit:read-admin'] };

/** Tells administrators of certificates and metadata, in the unit of work that found it. */
export function ssoNotices(notifier: () => Pick<Notifier, 'send'>): IdentityDeps['tell'] {
  return (tx, { kind, id, params, severity }) => {
    const isEmergency = kind === 'sso.break-glass';
    const place = isEmergency ? { to: TO_WATCH, link: '/audit' } : { to: TO, link: '/idps' };
    return notifier().send(tx, { kind, severity, params, ...place, key: `${kind}/${id}` });
  };
}
