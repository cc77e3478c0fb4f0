'use strict';
const TEXTS = {
  zh: {
    title: '审计验证',
    language: 'English',
    lead: '在本机验证 Vaultdesk 审计导出：重新计算每一条记录、每一个封存与签名。本页不联网，文件不会离开这台电脑。',
    drop: '把导出文件夹拖到这里',
    choose: '选择文件夹…',
    running: '正在验证…',
    more: '使用另行保管的锚点或公钥',
    anchorsHelp: '存放在别处的锚点最有说服力：能发现导出自带的锚点被一并改写。',
    anchors: '选择锚点文件夹…',
    keysHelp: '公钥文件可单独提供；请把下方的指纹与纸面记录核对。',
    keys: '选择公钥文件…',
    whole: '完整：未发现任何改动',
    tampered: '已被篡改',
    'not-provable': '无法证明',
    bad: '无法验证',
    size: '叶子总数',
    root: '树根',
    events: '含正文的记录',
    anchorCount: '比对的锚点',
    fingerprint: '首个公钥指纹（SHA-256）',
    finding: '首个问题',
    index: '位置',
    warnings: '提示',
    print: '打印',
    none: '无',
    file: '文件夹',
    limits:
      '日志证明“写下的内容完整且未改动”，不能证明被攻破的程序写的是实情；筛选后的导出证明所含内容属实，不证明没有其他匹配记录。',
    notProvableWhy: '没有锚点、公钥或所需文件，因此不能排除截断或整体改写。',
  },
  en: {
    title: 'Audit verification',
    language: '中文',
    lead: 'Verifies an exported Vaultdesk audit trail on this computer: every entry, every seal and signature is computed anew. The page is offline; no file leaves this computer.',
    drop: 'Drop the export folder here',
    choose: 'Choose a folder…',
    running: 'Verifying…',
    more: 'Use anchors or a key file kept elsewhere',
    anchorsHelp:
      'Anchors kept elsewhere are the strongest proof: they show when the anchors of the export were rewritten with it.',
    anchors: 'Choose an anchor folder…',
    keysHelp: 'The public key file may be given apart; compare the fingerprint below with the one on paper.',
    keys: 'Choose a key file…',
    whole: 'Whole: nothing was changed',
    tampered: 'Tampered',
    'not-provable': 'Not provable',
    bad: 'Could not be verified',
    size: 'Leaves',
    root: 'Root',
    events: 'Entries with their body',
    anchorCount: 'Anchored heads compared',
    fingerprint: 'Fingerprint of the first key (SHA-256)',
    finding: 'First finding',
    index: 'index',
    warnings: 'Notes',
    print: 'Print',
    none: 'none',
    file: 'Folder',
    limits:
      'The trail shows that what was written is complete and unchanged. It cannot show that a compromised program wrote the truth. A filtered export proves what is in it, not that nothing else fits the filter.',
    notProvableWhy: 'An anchor, a key, or a file is missing, so a cut or rewritten trail would not show.',
  },
};
const KINDS = {
  form: ['正文不是规范的记录', 'a body is no canonical entry'],
  version: ['版本未知', 'unknown version'],
  place: ['记录不在其编号处', 'an entry stands at another number than it says'],
  column: ['检索列与正文不符', 'a search column differs'],
  leaf: ['记录与其哈希不符', 'an entry differs from its stored hash'],
  prev: ['链条断开', 'the chain of a lane is broken'],
  missing: ['缺少记录', 'an entry is gone'],
  extra: ['多出记录', 'there is an entry too many'],
  'seal-missing': ['缺少封存', 'a seal is gone'],
  'seal-form': ['封存格式错误', 'a seal is malformed'],
  'seal-content': ['封存自相矛盾', 'a seal contradicts itself'],
  'seal-chain': ['封存不相连', 'a seal does not follow the one before'],
  root: ['记录与树根不符', 'the entries do not give the root'],
  signature: ['签名不符', 'a signature does not hold'],
  'anchor-form': ['锚点格式错误', 'an anchored head is malformed'],
  'anchor-signature': ['锚点签名不符', 'the signature of an anchored head does not hold'],
  'anchor-mismatch': ['锚点属于另一段历史', 'an anchored head is of another history'],
  'tail-cut': ['尾部被截断', 'the tail was cut'],
  start: ['起点与签名头不符', 'the start does not fit its head'],
  consistency: ['一致性证明不成立', 'the proof of consistency does not hold'],
  file: ['文件缺少、多出或与清单不符', 'a file is missing, extra, or differs from the manifest'],
};
const element = (id) => document.getElementById(id);
let language = /^zh/i.test(navigator.language) ? 'zh' : 'en';
let [shown, busy] = [undefined, false];
const chosen = { anchors: [], keys: [] };
const say = (key) => TEXTS[language][key];

function speak() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = say('title');
  for (const node of document.querySelectorAll('[data-text]')) node.textContent = say(node.dataset.text);
  element('language').textContent = say('language');
  if (shown) show(shown);
}

function add(parent, tag, text, attributes = {}) {
  const node = Object.assign(document.createElement(tag), attributes);
  if (text !== undefined) node.textContent = text;
  return parent.appendChild(node);
}

/** Control and direction characters written out, so that a text of the trail cannot play tricks here. */
const plain = (text) =>
  String(text).replace(/[\p{Cc}\p{Cf}]/gu, (one) => `\\u{${one.codePointAt(0).toString(16)}}`);

function show(answer) {
  shown = answer;
  const result = element('result');
  const found = answer.out === '' ? undefined : JSON.parse(answer.out);
  const status =
    found?.status ?? (answer.exit === 1 ? 'tampered' : answer.exit === 3 ? 'not-provable' : 'bad');
  result.replaceChildren();
  result.className = status;
  result.hidden = false;
  add(result, 'h2', say(status));
  if (answer.problem) add(result, 'p', plain(answer.problem.trim()));
  if (status === 'not-provable') add(result, 'p', say('notProvableWhy'));
  const list = add(result, 'dl');
  const fact = (name, value) =>
    value !== undefined && (add(list, 'dt', say(name)), add(list, 'dd', plain(value)));
  fact('file', answer.folder);
  if (found?.firstBad) {
    const { kind, index, id } = found.firstBad;
    const [zh, en] = KINDS[kind] ?? [kind, kind];
    fact(
      'finding',
      `${language === 'zh' ? zh : en} (${kind})${index === null ? '' : ` · ${say('index')} ${index}`}${id === null ? '' : ` · ${id}`}`,
    );
  }
  if (found) {
    fact('events', found.events.toLocaleString('en'));
    fact('size', found.size.toLocaleString('en'));
    fact('anchorCount', found.anchors.toLocaleString('en'));
    fact('root', found.root);
    fact('warnings', found.warnings.join('; ') || say('none'));
  }
  fact('fingerprint', answer.fingerprint);
  add(result, 'button', say('print'), { type: 'button', id: 'print', onclick: () => window.print() });
  result.scrollIntoView({ block: 'nearest' });
}

/** SHA-256 of the first key's 32 bytes, as it stands on paper. */
async function fingerprintOf(file) {
  try {
    const [{ key }] = JSON.parse(await file.text()).keys;
    const bytes = Uint8Array.from(atob(key.split('+').slice(2).join('+')), (one) =>
      one.charCodeAt(0),
    ).subarray(1);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch {
    return undefined;
  }
}

async function verifyFolder(items) {
  if (busy || items.length === 0) return;
  busy = true;
  const folder = items[0].path.split('/')[0];
  const given = items.map(({ path, file }) => [`export/${path.split('/').slice(1).join('/')}`, file]);
  const words = ['export'];
  for (const { path, file } of chosen.anchors)
    given.push([`anchors/${path.split('/').slice(1).join('/')}`, file]);
  if (chosen.anchors.length > 0) words.push('--anchors', 'anchors');
  for (const { file } of chosen.keys) given.push(['keys.json', file]);
  if (chosen.keys.length > 0) words.push('--keys', 'keys.json');
  const total = given.reduce((sum, [, file]) => sum + file.size, 1);
  const worker = new Worker(
    URL.createObjectURL(new Blob([element('worker').textContent], { type: 'text/javascript' })),
  );
  element('progress').hidden = false;
  element('result').hidden = true;
  const keyFile = chosen.keys[0]?.file ?? new Map(given).get('export/keys/audit-keys.json');
  const fingerprint = keyFile && (await fingerprintOf(keyFile));
  const end = (answer) => {
    worker.terminate();
    busy = false;
    element('progress').hidden = true;
    show({ ...answer, folder, fingerprint });
  };
  worker.onmessage = ({ data }) => {
    if (data.progress === undefined) end(data);
    else document.querySelector('progress').value = data.progress;
  };
  worker.onerror = (event) => end({ exit: 4, out: '', problem: event.message ?? 'worker' });
  worker.postMessage({ given, words, total });
}

const chosenFiles = (input) =>
  [...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** All files of what was dropped, with their paths. */
async function droppedFiles(transfer) {
  const found = [];
  async function walk(entry, path) {
    if (entry.isFile)
      found.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    else {
      const reader = entry.createReader();
      for (;;) {
        const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (part.length === 0) return;
        for (const one of part) await walk(one, `${path}/${one.name}`);
      }
    }
  }
  for (const entry of [...transfer.items].map((item) => item.webkitGetAsEntry()))
    if (entry) await walk(entry, entry.name);
  return found;
}

element('language').onclick = () => {
  language = language === 'zh' ? 'en' : 'zh';
  speak();
};
element('folder').onchange = ({ target }) =>
  void verifyFolder(chosenFiles(target)).then(() => (target.value = ''));
for (const name of ['anchors', 'keys']) {
  element(name).onchange = ({ target }) => {
    chosen[name] = chosenFiles(target);
    element(`${name}-name`).textContent = plain(chosen[name][0]?.path.split('/')[0] ?? '');
  };
}
addEventListener('dragover', (event) => {
  event.preventDefault();
  element('drop').classList.add('over');
});
addEventListener('dragleave', () => element('drop').classList.remove('over'));
addEventListener('drop', (event) => {
  event.preventDefault();
  element('drop').classList.remove('over');
  void droppedFiles(event.dataTransfer).then(verifyFolder);
});
speak();
