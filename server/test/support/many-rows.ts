const DIGITS = `(${Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d FROM dual`).join(' UNION ALL ')})`;

/**
 * What a spec's `INSERT … SELECT` reads from to make many rows in one statement: one row for each whole number above
 * `:fromN` up to `:toN`, as `n`, and for each an id of its own, as `id`. At most 99,999.
 */
export const MANY_ROWS = {
  postgres: `(SELECT g AS n, CAST('01900000-0000-7000-9000-' || LPAD(CAST(g AS varchar(12)), 12, '0') AS uuid) AS id
    FROM generate_series(1, 99999) g WHERE g > :fromN AND g <= :toN) made`,
  oracle: `(SELECT g.n, '01900000-0000-7000-9000-' || LPAD(TO_CHAR(g.n), 12, '0') AS id FROM
    (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n
      FROM ${DIGITS} a CROSS JOIN ${DIGITS} b CROSS JOIN ${DIGITS} c CROSS JOIN ${DIGITS} e CROSS JOIN ${DIGITS} f) g
    WHERE g.n > :fromN AND g.n <= :toN) made`,
} as const;

/** Kinds of its parameters. */
export const MANY_ROWS_PARAMS = { fromN: 'int', toN: 'int' } as const;
