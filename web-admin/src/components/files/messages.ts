/** Texts of files, wherever they are attached. */
export const zh = {
  'file.attach': '附件',
  'file.attach_hint': '添加附件，也可以直接粘贴图片',
  'file.save': '保存 {name}',
  'file.uploading': '正在上传 {name}',
  'file.cancel': '取消上传',
  'file.retry': '重试',
  'file.discard': '移除',
  'file.state.waiting': '正在安全检查…',
  'file.state.quarantined': '含有害内容，已被隔离',
  'file.state.removed': '已过保存期',
  'file.list': '附件',
  'file.none': '没有附件。',
};

export const en: Record<keyof typeof zh, string> = {
  'file.attach': 'Attach',
  'file.attach_hint': 'Attach a file; pictures can be pasted, too',
  'file.save': 'Save {name}',
  'file.uploading': 'Uploading {name}',
  'file.cancel': 'Cancel the upload',
  'file.retry': 'Try again',
  'file.discard': 'Remove',
  'file.state.waiting': 'Being checked…',
  'file.state.quarantined': 'Harmful content found, locked away',
  'file.state.removed': 'No longer kept',
  'file.list': 'Files',
  'file.none': 'No files.',
};
