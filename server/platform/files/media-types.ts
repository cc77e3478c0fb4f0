/** Groups of types a site may allow or refuse as a whole. */
export const TYPE_GROUPS = ['image', 'pdf', 'office', 'text', 'audio', 'video', 'archive'] as const;
/** One group of types. */
export type TypeGroup = (typeof TYPE_GROUPS)[number];

interface KnownType {
  group: TypeGroup;
  /** Extensions that names of this type may have, the usual one first. */
  extensions: readonly string[];
}

const known = (group: TypeGroup, ...extensions: string[]): KnownType => ({ group, extensions });

/** Every type we can tell by content. What is not here is refused: programs, scripts of a shell, disk images. */
export const KNOWN_TYPES: Readonly<Record<string, KnownType>> = {
  'image/png': known('image', 'png'),
  'image/jpeg': known('image', 'jpg', 'jpeg', 'jfif'),
  'image/gif': known('image', 'gif'),
  'image/webp': known('image', 'webp'),
  'application/pdf': known('pdf', 'pdf'),
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': known('office', 'docx'),
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': known('office', 'xlsx'),
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': known('office', 'pptx'),
  'application/vnd.oasis.opendocument.text': known('office', 'odt'),
  'application/vnd.oasis.opendocument.spreadsheet': known('office', 'ods'),
  'application/vnd.oasis.opendocument.presentation': known('office', 'odp'),
  'text/plain': known('text', 'txt', 'csv', 'log', 'md', 'json', 'xml'),
  'audio/mpeg': known('audio', 'mp3'),
  'audio/wav': known('audio', 'wav'),
  'audio/ogg': known('audio', 'ogg', 'oga', 'opus'),
  'audio/mp4': known('audio', 'm4a'),
  'audio/amr': known('audio', 'amr'),
  'video/mp4': known('video', 'mp4', 'm4v'),
  'video/quicktime': known('video', 'mov'),
  'video/webm': known('video', 'webm', 'weba'),
  'application/zip': known('archive', 'zip'),
};

/** Whether a type's names may end like this; a name without an extension fits every type. */
export function fitsExtension(type: string, extension: string): boolean {
  return extension === '' || (KNOWN_TYPES[type]?.extensions.includes(extension) ?? false);
}

/** Whether the type belongs to one of the groups. */
export function isAllowedType(type: string, groups: readonly string[]): boolean {
  const group = KNOWN_TYPES[type]?.group;
  return group !== undefined && groups.includes(group);
}
