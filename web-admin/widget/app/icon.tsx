/** @jsxImportSource preact */

const PATHS = {
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6',
  minimise: 'M6 9l6 6 6-6',
  send: 'M4 12l16-8-5 16-3-6-8-2z',
  clip: 'M20 11l-8 8a5 5 0 0 1-7-7l9-9a3.5 3.5 0 0 1 5 5l-9 9a2 2 0 0 1-3-3l8-8',
  file: 'M14 3H6v18h12V7zM14 3v4h4',
  down: 'M12 5v14M6 13l6 6 6-6',
};

/** A line drawing beside a text or a label; never the only name of a control. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
