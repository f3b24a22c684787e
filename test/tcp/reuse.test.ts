import { describe, expect, it } from 'vitest';
import { Connection, Endpoint } from '../../lib/tcp/connection.ts';
import { Flow } from '../../lib/tcp/flow.ts';

/** Every number, boolean and nullable field set to something else; objects within are dirtied in their turn. */
function dirty(thing: object): void {
  for (const [name, value] of Object.entries(thing)) {
    const fields = thing as Record<string, unknown>;
    if (typeof value === 'number') fields[name] = value + 12345;
    else if (typeof value === 'boolean') fields[name] = !value;
    else if (value === null) fields[name] = new Int32Array(1);
    else if (Array.isArray(value) && value.length === 0) value.push(1);
    else if (Array.isArray(value)) value.fill(1);
    else dirty(value as object);
  }
}

// Connections are used again when the one they stood for has left memory: nothing of it may be left.
describe.each([
  ['Flow', () => new Flow()],
  ['Endpoint', () => new Endpoint()],
  ['Connection', () => new Connection()],
] as const)('%s', (_name, make) => {
  it('is as new once cleared', () => {
    const used = make();
    dirty(used);
    expect(used).not.toEqual(make());
    used.clear();
    expect(used).toEqual(make());
  });
});
