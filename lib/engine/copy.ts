/** A copy of counters, whatever objects they are made of and however these hang together. Functions are shared. */
export function copyOf<T>(value: T, made: Map<unknown, unknown> = new Map()): T {
  if (typeof value !== 'object' || value === null) return value;
  const before = made.get(value);
  if (before !== undefined) return before as T;
  const keep = <C>(copy: C): C => {
    made.set(value, copy);
    return copy;
  };
  if (ArrayBuffer.isView(value)) return keep((value as unknown as Uint8Array).slice()) as unknown as T;
  if (value instanceof Map) {
    const copy = keep(new Map());
    for (const [key, each] of value) copy.set(key, copyOf(each, made));
    return copy as T;
  }
  if (value instanceof Set) return keep(new Set(value)) as T;
  const copy = keep(Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value))) as T;
  for (const key of Object.keys(value) as (keyof T)[]) copy[key] = copyOf(value[key], made);
  return copy;
}
