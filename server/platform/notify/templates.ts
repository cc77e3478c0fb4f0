/** Title and text of a notice in one language; `{name}` is a place for a parameter. */
export interface NoticeText {
  title: string;
  body: string;
  /** Words for codes among the parameters: by the parameter's name, then by its value. */
  words?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Languages of notices. */
export type NoticeLang = 'zh-CN' | 'en';

/** A kind's texts. */
export interface NoticeTemplate {
  zh: NoticeText;
  en: NoticeText;
}

const templates = new Map<string, NoticeTemplate>();

/** Makes kinds known; at import, like statements. Throws for a kind that has other texts already. */
export function registerTemplates(added: Readonly<Record<string, NoticeTemplate>>): void {
  for (const [kind, template] of Object.entries(added)) {
    if (templates.has(kind)) throw new Error(`The notice ${kind} has a template already.`);
    const places = (text: NoticeText) =>
      [...`${text.title}${text.body}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    if (String(places(template.zh)) !== String(places(template.en))) {
      throw new Error(`The texts of the notice ${kind} have different places.`);
    }
    templates.set(kind, template);
  }
}

/** Fills a kind's template; a kind that this version does not know shows its name. */
export function renderNotice(
  kind: string,
  params: Readonly<Record<string, unknown>>,
  lang: NoticeLang,
): Pick<NoticeText, 'title' | 'body'> {
  const template = templates.get(kind);
  if (template === undefined) return { title: kind, body: '' };
  const text = lang === 'en' ? template.en : template.zh;
  const fill = (form: string) =>
    form.replaceAll(/\{(\w+)\}/g, (_place, name: string) => {
      const value = String(params[name] ?? '—');
      return text.words?.[name]?.[value] ?? value;
    });
  return { title: fill(text.title), body: fill(text.body) };
}
