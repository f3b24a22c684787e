import type { ConnectionSummary } from './summary.ts';

/**
 * SYN cookies show: they have no room for all options, so that a service under attack answers fewer of those it is
 * offered than it answers at other times (RFC 4987 3.6). Counted by the options left out.
 */
export class CookieSigns {
  private everAnswered = 0;
  private readonly leftOut = new Map<number, number>();

  add({ offered, answers }: ConnectionSummary): void {
    this.everAnswered |= answers;
    const missing = offered & ~answers;
    if (missing !== 0) this.leftOut.set(missing, (this.leftOut.get(missing) ?? 0) + 1);
  }

  count(): number {
    let signs = 0;
    for (const [missing, count] of this.leftOut) if ((missing & this.everAnswered) !== 0) signs += count;
    return signs;
  }
}
