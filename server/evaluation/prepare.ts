import type { Parts } from '../compose.ts';
import type { Foundation } from '../foundation.ts';
import { SYSTEM_ACTOR } from '../kernel/index.ts';

export async function prepareEvaluation(foundation: Foundation, parts: Parts): Promise<void> {
  if (!(await parts.sites.find('demo'))) {
    await foundation.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
      parts.sites.create(tx, 'demo', {
        name: '示范银行网站',
        origins: [],
        locale: 'zh-CN',
        texts: {
          title: '示范银行在线客服',
          welcome: '您好，这里是示范银行智能客服，请问有什么可以帮您？',
          offline: '网络已断开，正在重新连接。',
        },
        isActive: true,
      }),
    );
  }
}
export function printAccounts(_home: string): void {}
