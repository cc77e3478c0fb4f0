/** The page as one text. */
export function buildHtml(): string;
/** Where the built page lies. */
export const HTML_PATH: string;
