/** Things worth a look stand alone; ordinary ones between them come in runs, which `breaks` may end early. */
export function runsOf<T>(
  steps: readonly T[],
  isOrdinary: (step: T) => boolean,
  breaks: (step: T, before: T) => boolean,
): T[][] {
  const runs: T[][] = [];
  let ordinary: T[] = [];
  steps.forEach((step, i) => {
    if ((i > 0 && breaks(step, steps[i - 1]!)) || !isOrdinary(step)) {
      runs.push(ordinary);
      ordinary = [];
    }
    if (isOrdinary(step)) {
      ordinary.push(step);
    } else {
      runs.push([step]);
    }
  });
  return [...runs, ordinary].filter((run) => run.length > 0);
}

/** A run of ordinary segments longer than this is folded to its first and last few. */
export const LONGEST_RUN = 12;
export const KEPT = 3;
/** Silence worth a word, seconds. */
export const SILENCE_SECONDS = 1;
