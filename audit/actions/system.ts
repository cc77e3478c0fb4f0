import { actionsOf } from './define.ts';

const system = actionsOf('system');
const audit = actionsOf('audit');

/** The machine, keys, backups, and the trail itself. */
export const SYSTEM_ACTIONS = {
  'server.start': system.must('服务启动', 'the server started'),
  'server.stop': system.may('服务停止', 'the server stopped'),
  'clock.change': system.must('检测到时钟变化', 'the clock was changed'),
  'system.view': system.may('{actor} 查看系统状态', '{actor} viewed the state of the system'),
  'outbox.retry': system.must('{actor} 重试死信 {target}', '{actor} retried dead letter {target}'),
  'job.list': system.may('{actor} 查看任务记录', '{actor} listed jobs'),
  'job.run': system.must('{actor} 立即运行任务 {target}', '{actor} ran job {target} now'),
  'job.cancel': system.must('{actor} 取消任务 {target}', '{actor} cancelled job {target}'),
  'job.retry': system.must('{actor} 重试任务 {target}', '{actor} retried job {target}'),
  'job.schedule': system.must('{actor} 修改任务计划 {target}', '{actor} changed the schedule of {target}'),
  'job.fail': system.must('任务 {target} 失败（{reason}）', 'job {target} failed ({reason})'),
  'key.create': system.must('{actor} 创建密钥 {target}', '{actor} created key {target}'),
  'key.rotate': system.must('{actor} 轮换密钥 {target}', '{actor} rotated key {target}'),
  'key.destroy': system.must('{actor} 销毁密钥 {target}', '{actor} destroyed key {target}'),
  'backup.create': system.must('{actor} 创建备份 {target}', '{actor} made backup {target}'),
  'backup.restore': system.must('{actor} 恢复备份 {target}', '{actor} restored backup {target}'),
  'migration.apply': system.must('数据库升级 {target}', 'migration {target} was applied'),
  'installation.create': system.must('{actor} 完成安装', '{actor} installed the system'),
  'audit.read': audit.must('{actor} 查询审计', '{actor} read the trail'),
  'audit.search': audit.must('{actor} 搜索审计', '{actor} searched the trail'),
  'audit.verify': audit.must('{actor} 验证审计', '{actor} verified the trail'),
  'audit.export': audit.must('{actor} 导出审计', '{actor} exported the trail'),
  'audit.prove': audit.must('{actor} 为条目 {target} 出具证明', '{actor} proved entry {target}'),
  'audit.purge': audit.must('{actor} 清理审计', '{actor} purged the trail'),
  'audit.hold': audit.must('{actor} 变更法律保全 {target}', '{actor} changed legal hold {target}'),
  'audit.review': audit.must('{actor} 复核审计', '{actor} signed off a review'),
  'audit.adopt': audit.must('{actor} 说明审计分叉', '{actor} explained a fork of the trail'),
  'audit.reject': audit.may('无效审计条目被拒绝（{reason}）', 'an invalid entry was refused ({reason})'),
  'audit.void': audit.may('已回滚操作的编号作废', 'numbers of rolled-back acts are void'),
  'audit.epoch-start': audit.must('审计新纪元开始', 'an epoch of the trail began'),
  'audit.epoch-close': audit.may('审计纪元结束', 'an epoch of the trail ended'),
  'audit.heartbeat': audit.may('审计心跳', 'heartbeat of the trail'),
} as const;
