import { describe, expect, it } from 'vitest';
import { differences } from './compare.ts';
import { LIMITS, OPEN } from './limits.ts';
import { truths } from './truth.ts';

/** Known differences by `FILE: what`, with the most frames that each may concern. */
const known = new Map<string, number>();
for (const { at } of [...LIMITS, ...OPEN]) {
  for (const entry of at) {
    const [, what = entry, count = '1'] = /^(.*?)(?: x (\d+))?$/.exec(entry) ?? [];
    known.set(what, Number(count));
  }
}

/** Every recording of the kernel lab: the analyzer must say of it what the kernel said, but for what `limits.ts` lists. */
describe('the kernel agrees', () => {
  const met = new Set<string>();
  for (const truth of truths()) {
    for (const capture of truth.captures) {
      it(capture.file, () => {
        const counts = new Map<string, number>();
        const found = differences(truth, capture).map((difference) => {
          const what = `${capture.file}: ${difference.about}`;
          counts.set(what, (counts.get(what) ?? 0) + difference.count);
          met.add(what);
          return { what, text: difference.text };
        });
        const unexpected = found.filter(({ what }) => (counts.get(what) ?? 0) > (known.get(what) ?? 0));
        expect(unexpected).toEqual([]);
      });
    }
  }

  it('and limits.ts lists nothing that has been overcome', () => {
    expect([...known.keys()].filter((what) => !met.has(what))).toEqual([]);
  });
});
