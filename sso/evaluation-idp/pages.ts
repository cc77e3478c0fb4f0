import { createHash } from 'node:crypto';

/** What the page of the sign-in shows and carries on. */
export interface LoginForm {
  samlRequest: string;
  relayState: string;
  names: readonly string[];
}

const STYLE =
  'body{font:16px/1.6 system-ui,"Noto Sans SC",sans-serif;background:#eef2f6;margin:0;color:#1f1f1f}' +
  'main{max-width:24rem;margin:12vh auto;background:#fff;padding:2rem;border-radius:8px}' +
  'label{display:block;margin-top:.8rem}input{width:100%;padding:.5rem;font:inherit;box-sizing:border-box}' +
  'button{margin-top:1.2rem;width:100%;padding:.6rem;font:inherit}.fault{color:#b3261e}small{color:#555}' +
  '@media(max-width:26rem){main{margin:0;border-radius:0;min-height:100vh}}';
const SCRIPT = 'document.forms[0].submit()';

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const hidden = (name: string, value: string) =>
  `<input type="hidden" name="${name}" value="${escape(value)}">`;
const page = (body: string) =>
  `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">` +
  `<meta name="viewport" content="width=device-width, initial-scale=1">` +
  `<title>演示身份提供方 · Evaluation identity provider</title><style>${STYLE}</style></head>` +
  `<body><main><h1>演示身份提供方</h1><small>Evaluation identity provider</small>${body}</main></body></html>`;

/** The page that asks for name and password. */
export const formPage = {
  render: ({ samlRequest, relayState, names }: LoginForm, isWrong: boolean): string =>
    page(
      `<form method="post" action="/sso">${hidden('SAMLRequest', samlRequest)}${hidden('RelayState', relayState)}` +
        (isWrong
          ? '<p class="fault" role="alert">用户名或密码不正确 · Wrong user name or password</p>'
          : '') +
        `<label>用户名 · User name<input name="username" autocomplete="username" required autofocus></label>` +
        `<label>密码 · Password<input name="password" type="password" autocomplete="current-password" required></label>` +
        `<button type="submit">登录 · Sign in</button></form><p><small>${names.map(escape).join('<br>')}</small></p>`,
    ),
  refused: (): string => page('<p>请从客服系统开始登录。<br>Begin the sign-in at the service desk.</p>'),
};

/** The page that carries the answer back; its one line of script is allowed by its hash. */
export const answerPage = {
  scriptHash: createHash('sha256').update(SCRIPT).digest('base64'),
  render: (url: string, fields: Record<string, string>): string =>
    page(
      `<form method="post" action="${escape(url)}">` +
        Object.entries(fields)
          .map(([name, value]) => hidden(name, value))
          .join('') +
        `<button type="submit">继续 · Go on</button></form><script>${SCRIPT}</script>`,
    ),
};
