/**
 * Replaces every `{...}` in a script line by the value of its whole-number arithmetic: `+ - * / %`, parentheses, and the
 * counters of the `repeat` blocks around the line. Division rounds down, so `{i/256}.{i%256}` counts through addresses.
 */
export function expand(line: string, counters: ReadonlyMap<string, number>): string {
  return line.replace(/\{([^{}]*)\}/g, (_, text: string) => String(evaluate(text, counters)));
}

function evaluate(text: string, counters: ReadonlyMap<string, number>): number {
  const tokens = text.match(/\d+|[a-z]+|\S/g) ?? [];
  let at = 0;

  function atom(): number {
    const token = tokens[at++];
    if (token === '(') {
      const value = sum();
      if (tokens[at++] !== ')') throw new Error(`missing ) in {${text}}`);
      return value;
    }
    if (token === '-') return -atom();
    if (token !== undefined && /^\d+$/.test(token)) return Number(token);
    const value = counters.get(token ?? '');
    if (value === undefined) throw new Error(`unknown name "${token ?? ''}" in {${text}}`);
    return value;
  }
  function product(): number {
    let value = atom();
    for (;;) {
      const operator = tokens[at];
      if (operator !== '*' && operator !== '/' && operator !== '%') return value;
      at++;
      const right = atom();
      value = operator === '*' ? value * right : operator === '/' ? Math.floor(value / right) : value % right;
    }
  }
  function sum(): number {
    let value = product();
    for (;;) {
      const operator = tokens[at];
      if (operator !== '+' && operator !== '-') return value;
      at++;
      value = operator === '+' ? value + product() : value - product();
    }
  }

  const value = sum();
  if (at !== tokens.length) throw new Error(`cannot read {${text}}`);
  return value;
}
