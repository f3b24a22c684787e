import { csv } from './escape.ts';
import type { RowFormat } from './format.ts';

/**
 * Rows in flat columns: the fields of the JSON row, nested names joined by a dot, lists by a space. All columns stand in
 * every file: what is not known is empty.
 */
export function csvRows<Row>(columns: readonly string[], shape: (row: Row) => object): RowFormat<Row> {
  let headed = false;
  const heading = (several: boolean): string => {
    headed = true;
    return `${(several ? ['capture', ...columns] : columns).join(',')}\n`;
  };
  return {
    head: () => '',
    row(row, origin) {
      const flat = flatten(shape(row));
      const fields = columns.map((name) => csv(flat[name]));
      const line = `${(origin.several ? [csv(origin.path), ...fields] : fields).join(',')}\n`;
      return headed ? line : heading(origin.several) + line;
    },
    tail: (captures) => (headed ? '' : heading(captures.length > 1)),
  };
}

type Flat = { readonly [column: string]: string | number | boolean | null };

function flatten(value: object, prefix = ''): Flat {
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, v]) => {
      if (Array.isArray(v)) {
        return { [prefix + key]: v.join(' ') };
      }
      return typeof v === 'object' && v !== null ? flatten(v, `${prefix}${key}.`) : { [prefix + key]: v };
    }),
  );
}
