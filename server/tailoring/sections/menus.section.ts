import { ROLES, type Role } from '../../identity/index.ts';
import { defineSection, settingsFault } from '../../platform/settings/index.ts';

/** The navigation of one role, by the paths of its pages. */
export interface Menu {
  /** These first, in this order; the others follow in theirs. */
  order: string[];
  hidden: string[];
}
/** Navigation by role; a role that is absent has the one the product comes with. */
export type Menus = Partial<Record<Role, Menu>>;

/** Entries of one menu. */
const MENU_ITEMS_MAX = 60;
/** Without it nobody could bring an entry back, and a second person could not find what waits. */
const NEVER_HIDDEN = ['/settings', '/approvals'];
const paths = {
  type: 'array',
  maxItems: MENU_ITEMS_MAX,
  uniqueItems: true,
  items: { type: 'string', pattern: '^/[a-z][a-z/-]{0,39}$', maxLength: 41 },
};

/** Section `menus`. Hiding an entry takes no right away: the page still opens by its address. */
export const MENUS = defineSection<Menus>({
  name: 'menus',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      ROLES.map((role) => [
        role,
        {
          type: 'object',
          additionalProperties: false,
          required: ['order', 'hidden'],
          properties: { order: paths, hidden: paths },
        },
      ]),
    ),
  },
  defaults: {},
  assert(menus) {
    for (const role of ROLES) {
      const locked = menus[role]?.hidden.find((path) => NEVER_HIDDEN.includes(path));
      if (locked !== undefined) throw settingsFault(`/${role}/hidden`, 'locked');
    }
  },
});

/** The menu of somebody with several roles: the first role's order, and hidden only what all of them hide. */
export function menuFor(menus: Menus, roles: readonly string[]): Menu {
  const own = roles.map((role) => menus[role as Role]);
  const order = [...new Set(own.flatMap((menu) => menu?.order ?? []))];
  const [first, ...rest] = own;
  const hidden =
    first?.hidden.filter((path) => rest.every((menu) => menu?.hidden.includes(path) === true)) ?? [];
  return { order, hidden };
}
