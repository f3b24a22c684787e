import fc from 'fast-check';

/**
 * fast-check for property tests. With other cases in every run, but the same in CI: what a change breaks is to show in its
 * own run, and not in somebody else's. `TCPLINT_SEED` repeats a run.
 */
const seed = process.env.TCPLINT_SEED ?? (process.env.CI ? '20251121' : '');
if (seed !== '') fc.configureGlobal({ seed: Number(seed) });

export default fc;
