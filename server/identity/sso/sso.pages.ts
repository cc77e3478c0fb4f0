import type { MappedPerson, Outgoing, VerifiedAssertion } from '../../../sso/index.ts';
import { Rendered } from '../../platform/http/index.ts';
import type { Examined } from './idp-try.ts';

type Lang = 'zh-CN' | 'en';

/** How a page is shown: its language, and that the instance is an evaluation, which every page says. */
export interface PageLook {
  lang: Lang;
  isEvaluation: boolean;
}

const TEXTS = {
  'zh-CN': {
    evaluation: '评估环境：仅限本机访问，请勿录入真实客户数据。',
    refusedTitle: '无法登录',
    refused: '身份提供方的登录未被接受。请返回登录页重试；若仍不成功，请将下面的编号告诉管理员。',
    reference: '编号',
    back: '返回登录页',
    goTitle: '正在前往身份提供方',
    go: '继续',
    testTitle: '测试登录成功',
    test: '断言已通过全部检查。您的本地会话没有变化，也没有为测试者创建账号。',
    username: '用户名',
    displayName: '姓名',
    roles: '角色',
    groups: '组',
    unit: '机构代码',
    skillGroups: '技能组',
    testRefusedTitle: '测试登录未通过',
    testRefused: '测试没有改变身份提供方的状态。下面是拒绝的原因，处理办法见“单点登录”手册。',
    code: '代码',
    check: '未通过的检查',
    clockThere: '时钟（身份提供方）',
    clockHere: '时钟（本机）',
    tried: '已尝试的证书指纹',
    named: '消息中的证书指纹',
    verified: '验证通过的证书',
    backToIdps: '返回身份提供方页面',
    none: '（无）',
  },
  en: {
    evaluation: 'Evaluation instance: reachable from this machine only. Enter no real customer data.',
    refusedTitle: 'You could not be signed in',
    refused:
      'The sign-in of your identity provider was not accepted. Go back and try again; if it fails again, give the number below to an administrator.',
    reference: 'Number',
    back: 'Back to sign-in',
    goTitle: 'On the way to your identity provider',
    go: 'Go on',
    testTitle: 'The test sign-in went well',
    test: 'The assertion passed every check. Your local session is as it was, and no account was made.',
    username: 'User name',
    displayName: 'Name',
    roles: 'Roles',
    groups: 'Groups',
    unit: 'Code of the unit',
    skillGroups: 'Skill groups',
    testRefusedTitle: 'The test sign-in was refused',
    testRefused:
      'The test left the identity provider as it was. Here is why it was refused; the manual of single sign-on says what to do.',
    code: 'Code',
    check: 'Check that failed',
    clockThere: 'Clock (identity provider)',
    clockHere: 'Clock (here)',
    tried: 'Fingerprints tried',
    named: 'Fingerprints in the message',
    verified: 'Verified by',
    backToIdps: 'Back to identity providers',
    none: '(none)',
  },
} as const;

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A page without script or style of its own: the policy of all our pages allows neither in line. */
function page({ lang, isEvaluation }: PageLook, title: string, body: string): string {
  const banner = isEvaluation ? `<p role="note">${TEXTS[lang].evaluation}</p>` : '';
  return (
    `<!doctype html><html lang="${lang}"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>` +
    `<link rel="stylesheet" href="/sso/page.css"></head><body>${banner}<main><h1>${escape(title)}</h1>${body}</main></body></html>`
  );
}

/** The one page of every refusal: no reason, a number for the administrator. */
export function refusedPage(look: PageLook, requestId: string): Rendered {
  const text = TEXTS[look.lang];
  const body =
    `<p>${text.refused}</p><p>${text.reference}: <code>${escape(requestId)}</code></p>` +
    `<p><a href="/sign-in?out=1">${text.back}</a></p>`;
  return new Rendered({ status: 403, html: page(look, text.refusedTitle, body) });
}

/** Sends the browser on: by its address, or by a form that sends itself and has a button where that fails. */
export function goTo(look: PageLook, outgoing: Outgoing): Rendered {
  if (outgoing.binding === 'redirect') return new Rendered({ status: 303, location: outgoing.url });
  const text = TEXTS[look.lang];
  const fields = Object.entries(outgoing.fields).map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  );
  const body =
    `<form method="post" action="${escape(outgoing.url)}">${fields.join('')}` +
    `<button type="submit">${text.go}</button></form><script src="/sso/send.js"></script>`;
  return new Rendered({ status: 200, html: page(look, text.goTitle, body), formTarget: outgoing.url });
}

/** What a test sign-in found, for the administrator who asked for it: also why it was refused. */
export function testedPage(
  look: PageLook,
  found: { examined: Examined; person?: MappedPerson; assertion?: VerifiedAssertion },
): Rendered {
  const text = TEXTS[look.lang];
  const { examined, person, assertion } = found;
  const list = (values: readonly string[]) => (values.length === 0 ? text.none : values.join(', '));
  const { tried, named, verified } = examined.fingerprints;
  const judged: Rows =
    examined.code === undefined
      ? []
      : [
          [text.code, examined.code],
          [text.check, examined.why ?? text.none],
        ];
  const mapped: Rows =
    person === undefined
      ? []
      : [
          [text.username, person.username],
          [text.displayName, person.displayName],
          [text.roles, list(person.roles)],
          [text.groups, list(person.groups)],
          [text.unit, person.unit ?? text.none],
          [text.skillGroups, list(person.skillGroups)],
        ];
  const rows: Rows = [
    ...judged,
    ...(assertion === undefined ? [] : ([['NameID', assertion.nameId]] as Rows)),
    ...mapped,
    [text.clockThere, examined.clocks.idp ?? text.none],
    [text.clockHere, examined.clocks.here],
    [text.tried, list(tried)],
    [text.named, list(named)],
    [text.verified, verified ?? text.none],
  ];
  const body = rows.map(([name, value]) => `<dt>${escape(name)}</dt><dd><code>${escape(value)}</code></dd>`);
  const isGood = examined.code === undefined;
  const title = isGood ? text.testTitle : text.testRefusedTitle;
  const intro = isGood ? text.test : text.testRefused;
  const back = `<p><a href="/idps">${text.backToIdps}</a></p>`;
  return new Rendered({
    status: isGood ? 200 : 403,
    html: page(look, title, `<p>${intro}</p><dl>${body.join('')}</dl>${back}`),
  });
}

type Rows = readonly (readonly [string, string])[];

/** Script that sends the form of a page, and the style of these pages; files of ours, as the policy wants. */
export const SSO_ASSETS = {
  'send.js': ['text/javascript; charset=utf-8', 'document.forms[0].submit();\n'],
  'page.css': [
    'text/css; charset=utf-8',
    'body{font:16px/1.6 system-ui,"Noto Sans SC",sans-serif;margin:0;color:#1f1f1f;background:#f5f5f5}' +
      '[role=note]{margin:0;padding:.2rem 1rem;text-align:center;font-size:.85rem;color:#1f1f1f;background:#ffd666}' +
      'main{max-width:32rem;margin:12vh auto;padding:2rem;background:#fff;border-radius:8px}' +
      'h1{font-size:1.4rem;margin-top:0}code{word-break:break-all}dt{font-weight:600}dd{margin:0 0 .6rem}' +
      'a{color:#0b57d0}@media(max-width:34rem){main{margin:0;min-height:100vh;border-radius:0}}' +
      '@media(prefers-color-scheme:dark){body{background:#141414;color:#e8e8e8}main{background:#1f1f1f}a{color:#8ab4f8}}\n',
  ],
} as const;
