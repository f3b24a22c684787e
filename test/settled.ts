/**
 * What a round comes to once the engine has settled: the fourth lowest of the last seven, as soon as that is below `least`, and
 * at the latest after so many rounds. How soon code is compiled depends on how busy the machine is.
 */
export function settled(round: () => number, least: number, most = 80): number {
  const rounds: number[] = [];
  for (;;) {
    rounds.push(round());
    const fourth = rounds.slice(-7).sort((a, b) => a - b)[3];
    if (fourth !== undefined && (fourth < least || rounds.length >= most)) return fourth;
  }
}
