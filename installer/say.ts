import process from 'node:process';
import type { Text } from './fault.ts';
import type { Installed } from './install/install.ts';
import type { Lang } from './verify/index.ts';

/** What happens meanwhile, on standard error: standard output is for the result. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A line of the result. */
export function sayLine(lang: Lang, text: Text): void {
  process.stdout.write(`${text[lang]}\n`);
}

/** The result for programs. */
export function sayJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** What whoever installed has to know: the address, the code, the authority, what to do next. */
export function sayInstalled(made: Installed, how: { lang: Lang; isJson: boolean; seconds: number }): void {
  const { url, setup, authorityFile, requestFile, layout } = made;
  const { lang, isJson, seconds } = how;
  if (isJson) {
    sayJson({ url, setup, authorityFile, requestFile, seconds: Number(seconds.toFixed(1)) });
    return;
  }
  sayLine(lang, {
    zh: `安装完成，用时 ${seconds.toFixed(1)} 秒：${url}`,
    en: `Installed in ${seconds.toFixed(1)} s: ${url}`,
  });
  sayLine(lang, {
    zh: `三位管理员请在 ${setup.expiresAt} 前打开 ${setup.page}，输入只显示一次的代码：`,
    en: `Until ${setup.expiresAt} the three administrators open ${setup.page} with this code, shown once:`,
  });
  process.stdout.write(`${setup.code}\n`);
  if (authorityFile)
    sayLine(lang, {
      zh: `浏览器需信任的 CA：${authorityFile}`,
      en: `Authority for the browsers: ${authorityFile}`,
    });
  if (requestFile)
    sayLine(lang, {
      zh: `请行内 CA 签发 ${requestFile}，签发后替换 server.crt 并重启服务`,
      en: `Have ${requestFile} signed by the bank's authority; put the answer in the place of server.crt, and restart`,
    });
  if (layout.prefix !== undefined)
    sayLine(lang, {
      zh: `启动：先 ${layout.command}-db（内置数据库），再 ${layout.command} run`,
      en: `To start: ${layout.command}-db for the database that comes along, then ${layout.command} run`,
    });
}
