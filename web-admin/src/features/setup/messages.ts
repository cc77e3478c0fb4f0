/** Texts of the making of the first three administrators. */
export const zh = {
  'setup.title': '创建首批管理员',
  'setup.intro':
    '系统管理员、安全管理员、审计管理员由三个人分别担任，每人设置自己的密码和动态码。三人全部完成后账号同时启用，初始化码随即销毁。',
  'setup.code': '初始化码',
  'setup.code_help': '在服务器上执行 vaultdesk admin setup 得到，24 小时内有效。',
  'setup.open': '开始',
  'setup.progress': '已完成 {done} / {total}',
  'setup.made': '已创建：{username}',
  'setup.next': '待创建',
  'setup.role': '本人担任',
  'setup.alone': '请本人单独操作，其他人不要看屏幕。',
  'setup.display_name': '姓名',
  'setup.repeat': '再次输入密码',
  'setup.scan': '用身份验证器扫描二维码，或手工输入密钥，然后填写它显示的 6 位数字。',
  'setup.submit': '保存我的凭据',
  'setup.saved': '已保存，请换下一位。',
  'setup.complete': '三名管理员均已启用',
  'setup.complete_text':
    '初始化码已销毁，不再有任何其他账号。请各自登录，并在“我的会话”页生成恢复码，封存备用。',
  'setup.to_sign_in': '前往登录',
};

export const en: Record<keyof typeof zh, string> = {
  'setup.title': 'The first administrators',
  'setup.intro':
    'System, security, and audit administrator are three people, each with a password and one-time codes of their own. ' +
    'When all three are done their accounts are on at once, and the setup code is gone.',
  'setup.code': 'Setup code',
  'setup.code_help': 'Run vaultdesk admin setup on the server; the code is good for 24 hours.',
  'setup.open': 'Begin',
  'setup.progress': '{done} of {total} done',
  'setup.made': 'Made: {username}',
  'setup.next': 'Missing',
  'setup.role': 'I am the',
  'setup.alone': 'Enter this alone; nobody else looks at the screen.',
  'setup.display_name': 'Name',
  'setup.repeat': 'Password again',
  'setup.scan':
    'Scan the QR code with an authenticator, or type the secret in, then enter the six digits it shows.',
  'setup.submit': 'Save my credential',
  'setup.saved': 'Saved. Let the next person sit down.',
  'setup.complete': 'The three administrators are on',
  'setup.complete_text':
    'The setup code is gone, and there is no other account. Each of you signs in now and makes recovery codes on the ' +
    'page My sessions, for the safe.',
  'setup.to_sign_in': 'To the sign-in',
};
