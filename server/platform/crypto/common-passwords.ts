/** Stems of the passwords people choose most, in letters only: what is left of `P@ssw0rd2024!` is `password`. */
const STEMS = `
password passwort passwd pass admin administrator root guest test tester testing user username login master
welcome letmein changeme default secret access system server manager service superuser temp temporary
qwerty qwertyuiop qwert asdf asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc abc abcd abcde abcdef abcdefg
iloveyou woaini woaiwojia sunshine princess dragon monkey football baseball superman batman shadow michael
jordan hunter killer trustno computer internet google freedom whatever starwars pokemon hello helloworld
summer winter spring autumn january february march april june july august september october november december
monday tuesday wednesday thursday friday saturday sunday china beijing shanghai shenzhen guangzhou zhongguo
bank icbc abchina boc ccb cmb cib spdb citic psbc bankcomm jiaohang gonghang nonghang jianhang zhaohang
live vaultdesk vault helpdesk servicedesk kefu kefuxitong zuoxi gongdan yinhang mima yonghu guanliyuan xitong
company office money lucky family baby love angel happy charlie donald flower cookie ginger pepper summer
postgres oracle mysql redis linux ubuntu debian windows microsoft huawei tencent alibaba
`;

/** Walks over the keyboard and runs of characters that look mixed but are tried first. */
const WALKS = [
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/',
  '1234567890-=qwertyuiop[]asdfghjkl;zxcvbnm,./',
  '!qaz@wsx#edc$rfv%tgb^yhn&ujm*ik<(ol>',
  '!@#$%^&*()_+qwertyuiop{}asdfghjkl:zxcvbnm<>?',
  'qweasdzxc',
  'abcdefghijklmnopqrstuvwxyz',
  '0123456789',
  '9876543210',
];
const WALK_PIECE_CHARACTERS = 4;
/** Letters people replace by look-alikes. */
const LOOK_ALIKES: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
  '+': 't',
};
const COMMON_STEMS = new Set(STEMS.split(/\s+/).filter((stem) => stem !== ''));
const WALK_PIECES = new Set(WALKS.flatMap((walk) => piecesOf(walk)));

/**
 * Tells whether a password is one of those tried first: a common word (repeated, with look-alike letters, with
 * digits and signs around it), one or two characters over and over, or a walk over the keyboard.
 */
export function isCommonPassword(password: string): boolean {
  const lower = password.normalize('NFKC').toLowerCase();
  if (new Set(lower).size <= 2) return true;
  return isMadeOfStems(lower) || isWalk(lower);
}

function isMadeOfStems(lower: string): boolean {
  const plain = lettersOf(lower.replace(/^\P{L}+|\P{L}+$/gu, ''));
  const folded = lettersOf([...lower].map((character) => LOOK_ALIKES[character] ?? character).join(''));
  const inner = lettersOf(
    [...lower.replace(/^[^\p{L}@$]+|\P{L}+$/gu, '')]
      .map((character) => LOOK_ALIKES[character] ?? character)
      .join(''),
  );
  return [plain, folded, inner].some((letters) => letters === '' || isRepeatedStem(letters));
}

function lettersOf(text: string): string {
  return text.replace(/\P{L}/gu, '');
}

/** The same stem once or several times, or two stems after each other. */
function isRepeatedStem(letters: string): boolean {
  for (let length = 2; length <= letters.length; length += 1) {
    const head = letters.slice(0, length);
    if (!COMMON_STEMS.has(head)) continue;
    const rest = letters.slice(length);
    if (rest === '' || COMMON_STEMS.has(rest) || head.repeat(letters.length).startsWith(letters)) return true;
  }
  return false;
}

/** Three quarters or more of the characters lie in walks of four and more. */
function isWalk(lower: string): boolean {
  const isWalked = new Array<boolean>(lower.length).fill(false);
  for (let i = 0; i + WALK_PIECE_CHARACTERS <= lower.length; i += 1) {
    if (WALK_PIECES.has(lower.slice(i, i + WALK_PIECE_CHARACTERS))) {
      isWalked.fill(true, i, i + WALK_PIECE_CHARACTERS);
    }
  }
  return isWalked.filter(Boolean).length * 4 >= lower.length * 3;
}

function piecesOf(walk: string): string[] {
  const backwards = [...walk].reverse().join('');
  return [walk, backwards].flatMap((line) =>
    Array.from({ length: line.length - WALK_PIECE_CHARACTERS + 1 }, (_, i) =>
      line.slice(i, i + WALK_PIECE_CHARACTERS),
    ),
  );
}
