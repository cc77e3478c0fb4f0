/** Texts of this feature. */
export const zh = {};

export const en: Record<keyof typeof zh, string> = {};
