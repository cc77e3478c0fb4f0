import type { Lang } from './types.ts';

/** More than this many characters of one question are not read: real questions are far shorter, attacks are not. */
export const TEXT_CHARACTERS_MAX = 512;

// NFKC can lengthen a text and is not linear in cost for hostile input, so the raw text is cut first.
const RAW_CHARACTERS_MAX = 2_048;

// Traditional characters that turn up in banking questions, each followed by its simplified form.
const TRADITIONAL =
  '為为麼么嗎吗開开關关戶户銀银錢钱帳账賬账號号碼码電电話话還还貸贷額额費费請请問问這这個个們们時时間间會会過过後后來来對对' +
  '說说無无沒没見见現现點点當当從从動动實实際际現现進进遠远連连網网絡络頁页頭头題题類类顯显驗验證证認认識识設设計计記记' +
  '訂订單单據据錄录資资產产業业務务員员機机構构權权條条約约東东車车幾几樣样種种應应該该變变讓让轉转帶带給给結结終终統统' +
  '總总綁绑線线細细經经續续級级紀纪簡简筆笔買买賣卖貨货質质購购賠赔損损掛挂報报將将夠够聽听聲声職职聯联' +
  '腦脑臨临與与舉举舊旧藝艺莊庄藥药處处虛虚補补裝装製制複复規规視视覺觉覽览觀观訊讯託托許许詐诈評评詞词試试詢询誠诚' +
  '誤误誰谁課课調调談谈論论護护讀读豐丰貝贝負负貢贡財财責责貴贵貼贴賀贺賴赖贏赢趕赶跡迹軟软較较載载輸输輕轻辦办農农' +
  '運运達达遲迟適适選选遞递郵邮鄉乡醫医釋释鎖锁錯错鏈链鑰钥長长門门閉闭闆板陽阳隊队階阶險险隨随隱隐難难雙双雜杂離离' +
  '靈灵靜静響响頂顶項项順顺須须預预領领頻频願愿顧顾風风飛飞飯饭館馆馬马騙骗體体鬧闹魚鱼鳥鸟麗丽黃黄齊齐齡龄龍龙優优' +
  '傳传債债傷伤價价億亿儘尽兩两內内冊册凍冻則则剛刚創创劃划劉刘劇剧勞劳勝胜區区協协卻却厭厌參参啟启喚唤嘗尝圍围國国' +
  '圖图團团執执場场塊块報报壓压壞坏壹一夢梦夥伙奪夺奮奋媽妈學学寫写寬宽審审寶宝專专尋寻導导屆届屬属層层島岛師师幣币' +
  '幫帮廠厂廣广張张強强彈弹彙汇徵征復复態态愛爱慮虑慣惯憑凭戰战戲戏戶户掃扫換换擇择擊击擔担擬拟攜携攤摊攝摄敗败敵敌' +
  '數数斷断於于暫暂曆历書书東东極极榮荣樂乐樓楼標标檔档檢检櫃柜欄栏歡欢歲岁歸归殘残氣气決决況况漲涨滿满漸渐潤润濟济' +
  '災灾煩烦熱热獎奖獨独獲获獻献環环畢毕異异療疗發发監监盤盘盡尽礙碍禮礼稅税積积穩稳窮穷競竞範范築筑籤签籌筹糧粮納纳' +
  '紅红純纯紙纸紐纽組组絕绝維维綜综緊紧編编緩缓練练縣县縮缩罰罚義义習习聞闻肅肃腳脚膽胆臺台萬万葉叶';

const SIMPLIFIED = new Map<string, string>();
for (let i = 0; i + 1 < TRADITIONAL.length; i += 2) SIMPLIFIED.set(TRADITIONAL[i]!, TRADITIONAL[i + 1]!);

// Zero-width and control characters, joiners, and variation selectors: invisible, and used to slip past word lists.

const INVISIBLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g;
const TAGS = /<\/?[a-z!][^<>]{0,200}>/g;

/**
 * One written form for a text: NFKC (so full width becomes half width), lower case, invisible characters and HTML tags
 * removed, traditional characters of the field simplified, spaces single. Reads at most 2,048 characters and returns at
 * most 512. Numbers are still in it: for comparing only, never for a model (see `maskNumbers`).
 */
export function normaliseText(text: string): string {
  const cut = text.slice(0, RAW_CHARACTERS_MAX);
  const flat = cut.normalize('NFKC').toLowerCase().replace(INVISIBLE, '').replace(TAGS, ' ');
  let simple = '';
  for (const character of flat) simple += SIMPLIFIED.get(character) ?? character;
  return simple.replace(/\s+/g, ' ').trim().slice(0, TEXT_CHARACTERS_MAX);
}

const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g;
const URL = /(?:https?:\/\/|www\.)[^\s\u4e00-\u9fff]+/g;
const LONG_NUMBER = /\d(?:[ -]?\d){6,30}x?/g;
const AMOUNT = /\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d{3,}/g;

/**
 * Masks what may identify a person or is too particular to learn from: e-mail and web addresses, numbers of seven and
 * more digits (cards, accounts, ID numbers, phones; also with spaces or dashes), amounts. Whole numbers of one or two digits stay: "3 years"
 * and "5 years" are different articles and identify nobody.
 */
export function maskNumbers(normalised: string): string {
  return normalised
    .replace(EMAIL, ' ‹mail› ')
    .replace(URL, ' ‹url› ')
    .replace(LONG_NUMBER, ' ‹long› ')
    .replace(AMOUNT, '‹n›');
}

/** The form in which two texts count as the same question: letters, digits, and ideographs only. */
export function exactKey(normalised: string, lang: Lang): string {
  const words = normalised.replace(/[^\p{L}\p{N}]+/gu, lang === 'zh' ? '' : ' ').trim();
  return lang === 'zh'
    ? words.replace(/^(?:请问|你好|您好)+(?=.{2})/u, '').replace(/(?<=.{3})[呢啊呀吗嘛吧]+$/u, '')
    : words;
}

/**
 * A text of the same length with half width, lower case, and simplified characters: positions in it are positions in
 * the text. Unlike `normaliseText` it removes nothing and has no limit; its caller has one.
 */
export function foldCharacters(text: string): string {
  let folded = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const half = code >= 0xff01 && code <= 0xff5e ? code - 0xfee0 : code === 0x3000 ? 0x20 : code;
    const lower = String.fromCharCode(half).toLowerCase();
    const unit = lower.length === 1 ? lower : String.fromCharCode(half);
    folded += SIMPLIFIED.get(unit) ?? unit;
  }
  return folded;
}
