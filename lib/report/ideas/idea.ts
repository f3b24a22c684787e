import type { StateName } from '../../facts/state.ts';

/** An idea of TCP, taught in one screen. Data: `explain` prints it, the documentation may. */
export interface Idea {
  /** What a user types; spaces, case, `_` and `-` do not matter. */
  readonly id: string;
  readonly aliases: readonly string[];
  /** One sentence. */
  readonly summary: string;
  /** Characters that show everywhere, at most 79 columns. */
  readonly diagram: string;
  readonly text: readonly string[];
  /** The state of an endpoint that it is about. */
  readonly state?: StateName;
  /** Rules that speak of it. */
  readonly rules: readonly string[];
  /** Other ideas. */
  readonly see: readonly string[];
  readonly references: readonly string[];
}
