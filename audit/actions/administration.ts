import { actionsOf } from './define.ts';

const access = actionsOf('access');
const admin = actionsOf('administration');

/** Sessions, refusals, accounts, rights, tokens, sites, settings. */
export const ADMINISTRATION_ACTIONS = {
  'session.open': access.must('{actor} 登录', '{actor} signed in'),
  'session.fail': access.must('{actor} 登录失败（{reason}）', '{actor} failed to sign in ({reason})'),
  'session.close': access.may('{actor} 退出登录', '{actor} signed out'),
  'session.expire': access.may('{actor} 的会话已过期', 'the session of {actor} expired'),
  'session.lock': access.must('{actor} 被锁定（{reason}）', '{actor} was locked out ({reason})'),
  'session.view': access.may('{actor} 查看自己的会话', '{actor} looked at the own session'),
  'access.refuse': access.must('{actor} 的操作被拒绝（{reason}）', '{actor} was refused ({reason})'),
  'assertion.refuse': access.must(
    '单点登录断言被拒绝（{reason}）',
    'a single sign-on assertion was refused ({reason})',
  ),
  'account.create': admin.must('{actor} 创建账号 {target}', '{actor} created account {target}'),
  'account.approve': admin.must('{actor} 批准账号 {target}', '{actor} approved account {target}'),
  'account.reject': admin.must('{actor} 驳回账号 {target}', '{actor} rejected account {target}'),
  'account.update': admin.must('{actor} 修改账号 {target}', '{actor} changed account {target}'),
  'account.roles-request': admin.must(
    '{actor} 申请变更 {target} 的角色',
    '{actor} asked for other roles of {target}',
  ),
  'account.roles-grant': admin.must('{actor} 批准 {target} 的角色', '{actor} granted roles to {target}'),
  'account.disable': admin.must('{actor} 停用账号 {target}', '{actor} disabled account {target}'),
  'account.enable': admin.must('{actor} 启用账号 {target}', '{actor} enabled account {target}'),
  'account.password-change': admin.must('{actor} 修改密码', '{actor} changed the own password'),
  'account.password-reset': admin.must(
    '{actor} 重置 {target} 的密码',
    '{actor} reset the password of {target}',
  ),
  'account.presence': admin.may('{actor} 切换在线状态', '{actor} changed presence'),
  'account.view': admin.may('{actor} 查看账号 {target}', '{actor} viewed account {target}'),
  'account.list': admin.may('{actor} 查看账号列表', '{actor} listed accounts'),
  'token.create': admin.must('{actor} 创建令牌 {target}', '{actor} created token {target}'),
  'token.revoke': admin.must('{actor} 吊销令牌 {target}', '{actor} revoked token {target}'),
  'token.list': admin.may('{actor} 查看令牌列表', '{actor} listed tokens'),
  'site.create': admin.may('{actor} 创建站点 {target}', '{actor} created site {target}'),
  'site.update': admin.may('{actor} 修改站点 {target}', '{actor} changed site {target}'),
  'site.view': admin.may('{actor} 查看站点 {target}', '{actor} viewed site {target}'),
  'skill-group.create': admin.may('{actor} 创建技能组 {target}', '{actor} created skill group {target}'),
  'skill-group.update': admin.may('{actor} 修改技能组 {target}', '{actor} changed skill group {target}'),
  'skill-group.list': admin.may('{actor} 查看技能组', '{actor} listed skill groups'),
  'agent.list': admin.may('{actor} 查看坐席列表', '{actor} listed agents'),
  'config.change': admin.must('{actor} 修改配置（{fields}）', '{actor} changed settings ({fields})'),
  'config.view': admin.may('{actor} 查看配置', '{actor} viewed settings'),
  'idp.add': admin.must('{actor} 添加身份提供方 {target}', '{actor} added identity provider {target}'),
  'idp.update': admin.must('{actor} 修改身份提供方 {target}', '{actor} changed identity provider {target}'),
  'idp.remove': admin.must('{actor} 移除身份提供方 {target}', '{actor} removed identity provider {target}'),
  'approval.request': admin.must('{actor} 提交审批 {target}', '{actor} asked for approval of {target}'),
  'approval.approve': admin.must('{actor} 批准了审批 {target}', '{actor} approved {target}'),
  'approval.reject': admin.must('{actor} 驳回了审批 {target}', '{actor} rejected {target}'),
  'approval.withdraw': admin.must('{actor} 撤回了审批 {target}', '{actor} withdrew {target}'),
  'approval.expire': admin.must(
    '审批 {target} 逾期未处理，已失效',
    '{target} was not decided in time and expired',
  ),
  'approval.view': admin.may('{actor} 查看审批 {target}', '{actor} viewed approval {target}'),
  'approval.list': admin.may('{actor} 查看审批列表', '{actor} listed approvals'),
  'approval.decide': admin.must('{actor} 处理审批 {target}', '{actor} decided on {target}'),
} as const;
