/** Texts of the help. */
export const zh = {
  'help.title': '帮助',
  'help.open': '本页帮助（?）',
  'help.guides': '指南',
  'help.search': '搜索帮助',
  'help.nothing': '没有找到。换个词试试。',
  'help.found': '找到 {count} 处',
};

export const en: Record<keyof typeof zh, string> = {
  'help.title': 'Help',
  'help.open': 'Help for this page (?)',
  'help.guides': 'Guides',
  'help.search': 'Search the help',
  'help.nothing': 'Nothing found. Try another word.',
  'help.found': 'Found in {count} places',
};
